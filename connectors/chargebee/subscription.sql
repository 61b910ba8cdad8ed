with listed as (
    select s.id as subscription_id, t.item ->> '$.item_price_id' as price_id, t.item ->> '$.item_type' as item_type
    from raw_chargebee.subscriptions__latest as s,
        unnest(try_cast(try_cast(s.subscription_items as json) as json[])) as t (item)
    union all
    select subscription_id, item_price_id, item_type
    from raw_chargebee.subscription_items__latest
),
sold as (
    select
        l.subscription_id,
        case when count(distinct p.item_id) = 1 and count(*) = count(p.item_id) then min(p.item_id) end as product_id
    from listed as l
    left join raw_chargebee.item_prices__latest as p on l.price_id = p.id
    where coalesce(l.item_type, p.item_type, '') <> 'charge'
    group by l.subscription_id
),
term as (
    select
        s.*, try_cast(s.meta_data as json) as tag, try_cast(s.contract_term as json) as contract,
        -- a subscription that will not renew says when it ends in the same field as one that has ended
        case
            when s.status in ('cancelled', 'transferred') then coalesce(s.cancelled_at, s.current_term_end)
            when s.status = 'non_renewing' then coalesce(s.cancelled_at, s.current_term_end)
        end as end_text,
        s.status in ('cancelled', 'transferred') as is_over,
        upper(s.currency_code) as money,
        case
            when strpos('BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF', upper(s.currency_code)) > 0
                then 1.000
            when strpos('BHD IQD JOD KWD LYD OMR TND', upper(s.currency_code)) > 0 then 0.001
            else 0.010
        end as unit
    from raw_chargebee.subscriptions__latest as s
),
worded as (
    select
        t.*, coalesce(t.contract ->> '$.total_contract_value_before_tax', t.contract ->> '$.total_contract_value') as worth,
        coalesce(t.started_at, t.start_date, t.activated_at, t.created_at) as start_text,
        coalesce(t.cancel_schedule_created_at, case when t.is_over then t.cancelled_at end) as said_text,
        -- a contract ends with the last second of its term
        coalesce(cast(try_cast(t.contract ->> '$.contract_end' as bigint) + 1 as varchar), t.next_billing_at, t.current_term_end)
            as renewal_text
    from term as t
)
select
    w._row_id,
    w._loaded_at,
    nullif(json_merge_patch(coalesce(w.custom, '{}'), coalesce(cast(w.tag as varchar), '{}')), '{}') as custom,
    w.id as source_record_id,
    w.customer_id as company_id,
    w.contract ->> '$.id' as contract_id,
    coalesce(
        'hubspot:' || coalesce(w.tag ->> '$.hubspot_deal_id', w.cf_hubspot_deal_id),
        'salesforce:' || coalesce(w.tag ->> '$.salesforce_opportunity_id', w.cf_salesforce_opportunity_id)
    ) as opportunity_id,
    p.product_id,
    case
        when w.is_over then 'canceled'
        when w.status = 'in_trial' then 'trialing'
        when w.status in ('active', 'non_renewing') and try_cast(w.due_invoices_count as bigint) > 0 then 'past_due'
        when w.status in ('active', 'non_renewing', 'future') then 'active'
        else w.status
    end as status,
    coalesce(cast(to_timestamp(try_cast(w.start_text as decimal(11, 0))) at time zone 'UTC' as varchar), w.start_text)
        as starts_at,
    coalesce(cast(to_timestamp(try_cast(w.end_text as decimal(11, 0))) at time zone 'UTC' as varchar), w.end_text)
        as ends_at,
    w.end_text is null as is_open_ended,
    w.money as currency,
    coalesce(cast(case when w.worth not like '%.%' then try_cast(w.worth as decimal(34, 12)) end * w.unit as varchar),
        w.worth) as value,
    w.end_text is null and coalesce(w.remaining_billing_cycles, '1') <> '0'
        and coalesce(w.contract ->> '$.action_at_term_end', 'renew') <> 'cancel' as auto_renew,
    case when w.end_text is null then coalesce(cast(to_timestamp(try_cast(w.renewal_text as decimal(11, 0)))
        at time zone 'UTC' as varchar), w.renewal_text) end as renewal_on,
    case when w.end_text is null then 'ongoing' else 'lost' end as renewal_status,
    w.contract ->> '$.cancellation_cutoff_period' as notice_period_days,
    coalesce(cast(to_timestamp(try_cast(w.trial_end as decimal(11, 0))) at time zone 'UTC' as varchar), w.trial_end)
        as trial_ends_at,
    case when w.status = 'paused' then coalesce(cast(to_timestamp(try_cast(w.pause_date as decimal(11, 0)))
        at time zone 'UTC' as varchar), w.pause_date) end as paused_at,
    coalesce(cast(to_timestamp(try_cast(w.end_text as decimal(11, 0))) at time zone 'UTC' as varchar), w.end_text)
        as cancel_at,
    coalesce(cast(to_timestamp(try_cast(w.said_text as decimal(11, 0))) at time zone 'UTC' as varchar), w.said_text)
        as canceled_at,
    coalesce(w.cancel_reason_code, w.cancel_reason) as cancel_reason,
    coalesce(w.tag ->> '$.cancel_comment', w.cf_cancel_comment) as cancel_comment,
    coalesce(w.tag ->> '$.replaced_by_subscription', w.cf_replaced_by_subscription) as replaced_by_id,
    coalesce(cast(to_timestamp(try_cast(w.created_at as decimal(11, 0))) at time zone 'UTC' as varchar), w.created_at)
        as created_at,
    coalesce(cast(to_timestamp(try_cast(w.updated_at as decimal(11, 0))) at time zone 'UTC' as varchar), w.updated_at)
        as updated_at,
    case when lower(w.deleted) = 'true' then coalesce(cast(to_timestamp(try_cast(w.updated_at as decimal(11, 0)))
        at time zone 'UTC' as varchar), w.updated_at, cast(w._loaded_at as varchar)) end as source_deleted_at
from worded as w
left join sold as p on w.id = p.subscription_id

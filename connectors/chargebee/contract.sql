with held as (
    -- the term a subscription is in stands within it; former ones are listed by themselves or told by events
    select s._row_id, s._loaded_at, 1 as rank, s.id as subscription_id, try_cast(s.contract_term as json) as term
    from raw_chargebee.subscriptions__latest as s
    where (try_cast(s.contract_term as json) ->> '$.id') is not null
    union all
    select t._row_id, t._loaded_at, 2, t.subscription_id, json_object('id', t.id, 'status', t.status, 'contract_start',
        t.contract_start, 'contract_end', t.contract_end, 'billing_cycle', t.billing_cycle, 'action_at_term_end',
        t.action_at_term_end, 'total_contract_value', t.total_contract_value, 'total_contract_value_before_tax',
        t.total_contract_value_before_tax, 'cancellation_cutoff_period', t.cancellation_cutoff_period, 'created_at', t.created_at)
    from raw_chargebee.contract_terms__latest as t
    union all
    select e._row_id, e._loaded_at, 3, try_cast(e.content as json) ->> '$.contract_term.subscription_id',
        try_cast(e.content as json) -> '$.contract_term'
    from raw_chargebee.events__latest as e
    where e.event_type like 'contract_term_%'
    qualify row_number() over (partition by try_cast(e.content as json) ->> '$.contract_term.id'
        order by try_cast(e.occurred_at as bigint) desc) = 1
),
term as (
    select
        h.*, h.term ->> '$.id' as term_id, h.term ->> '$.action_at_term_end' as at_end, h.term ->> '$.status' as word,
        coalesce(h.term ->> '$.total_contract_value_before_tax', h.term ->> '$.total_contract_value') as worth,
        h.term ->> '$.contract_start' as start_text, h.term ->> '$.contract_end' as end_text,
        h.term ->> '$.created_at' as made_text
    from held as h
    qualify row_number() over (partition by h.term ->> '$.id' order by h.rank) = 1
),
dated as (
    select
        t.*, s.customer_id, s.currency_code, s.billing_period, s.billing_period_unit, s.net_term_days, s.cancelled_at,
        s.contract_term_billing_cycle_on_renewal as cycles, try_cast(s.meta_data as json) as tag, s.cf_hubspot_deal_id,
        s.cf_salesforce_opportunity_id, to_timestamp(try_cast(t.start_text as decimal(11, 0))) at time zone 'UTC' as starts,
        -- the end is the last second of the term
        to_timestamp(try_cast(t.end_text as decimal(11, 0)) + 1) at time zone 'UTC' as ends,
        case when strpos('BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF', upper(s.currency_code)) > 0
            then 1.000 when strpos('BHD IQD JOD KWD LYD OMR TND', upper(s.currency_code)) > 0 then 0.001 else 0.010 end as unit
    from term as t
    left join raw_chargebee.subscriptions__latest as s on t.subscription_id = s.id
)
select
    _row_id,
    _loaded_at,
    term_id as source_record_id,
    customer_id as company_id,
    coalesce(
        'hubspot:' || coalesce(tag ->> '$.hubspot_deal_id', cf_hubspot_deal_id),
        'salesforce:' || coalesce(tag ->> '$.salesforce_opportunity_id', cf_salesforce_opportunity_id)
    ) as opportunity_id,
    'Contract term ' || term_id as name,
    coalesce(cast(to_timestamp(try_cast(made_text as decimal(11, 0))) at time zone 'UTC' as varchar), made_text) as signed_on,
    coalesce(cast(starts as varchar), start_text) as starts_on,
    coalesce(cast(ends as varchar), end_text) as ends_on,
    coalesce(cast(case when worth not like '%.%' then try_cast(worth as decimal(34, 12)) end * unit as varchar), worth)
        as contract_value,
    upper(currency_code) as currency,
    'fixed' as term_type,
    (year(ends) - year(starts)) * 12 + month(ends) - month(starts) as length_months,
    at_end in ('renew', 'renew_once', 'evergreen') as auto_renew,
    case when at_end in ('renew', 'renew_once') then
        cast(try_cast(coalesce(cycles, term ->> '$.billing_cycle') as bigint) * try_cast(coalesce(billing_period, '1') as bigint)
            * case billing_period_unit when 'month' then 1 when 'year' then 12 end as varchar) end as renewal_period_months,
    term ->> '$.cancellation_cutoff_period' as notice_period_days,
    case when at_end in ('renew', 'renew_once', 'evergreen') and word = 'active' then coalesce(cast(ends as varchar), end_text)
    end as renewal_on,
    billing_period_unit as billing_interval,
    billing_period as interval_count,
    net_term_days as due_days,
    case when word in ('cancelled', 'terminated') then coalesce(cast(to_timestamp(try_cast(cancelled_at as decimal(11, 0)))
        at time zone 'UTC' as varchar), cancelled_at, cast(ends as varchar)) end as cancel_on,
    coalesce(cast(to_timestamp(try_cast(made_text as decimal(11, 0))) at time zone 'UTC' as varchar), made_text) as created_at
from dated

with owner_name as (
    -- reports name the owner instead of giving the id; a name that two users share says nothing
    select lower(trim(coalesce(u.name, concat_ws(' ', u.first_name, u.last_name)))) as name, min(u.id) as id
    from raw_salesforce.users__latest as u
    group by all having count(*) = 1
),
line as (
    select
        l.opportunity_id, l.total_price, regexp_matches(l.total_price, '^-?\d{1,14}(\.\d+)?$') as is_readable,
        -- Salesforce schedules revenue in installments; a field of the workspace's own may say how often a price is due
        case when lower(l.has_revenue_schedule) in ('true', '1') then lower(p.revenue_installment_period)
            else lower(coalesce(l.billing_frequency_c, p.billing_frequency_c)) end as rhythm,
        case when lower(l.has_revenue_schedule) not in ('true', '1') then 1
            when regexp_matches(p.number_of_revenue_installments, '^[1-9]\d{0,2}(\.0+)?$')
                then cast(cast(p.number_of_revenue_installments as decimal(9, 1)) as bigint) end as times
    from raw_salesforce.opportunity_line_items__latest as l
    left join raw_salesforce.products__latest as p on l.product2_id = p.id
    where coalesce(lower(l.is_deleted), 'false') not in ('true', '1')
),
paced as (
    select
        l.*, case when l.is_readable then cast(l.total_price as decimal(18, 4)) end as price,
        case l.rhythm
            when 'daily' then 365 when 'weekly' then 52 when 'monthly' then 12 when 'quarterly' then 4
            when 'semiannual' then 2 when 'semi-annual' then 2
            when 'yearly' then 1 when 'annual' then 1 when 'annually' then 1 end as times_a_year
    from line as l
),
split as (
    select
        p.opportunity_id, max(case when not p.is_readable then p.total_price end) as unreadable,
        sum(cast(round(p.price * p.times_a_year / (12 * p.times), 12) as decimal(38, 12))) as monthly,
        sum(case when p.times_a_year is null or p.times is null then p.price end) as one_time
    from paced as p group by p.opportunity_id
),
judged as (
    select
        o.*,
        -- each workspace writes its own list of types: a word that has no counterpart here stays in custom
        regexp_replace(lower(o.custom ->> '$.type'), '[^a-z]', '', 'g') as type_word,
        regexp_replace(lower(o.stage_name), '[^a-z]', '', 'g') as stage_word,
        case when lower(o.is_deleted) in ('true', '1')
            then coalesce(o.system_modstamp, o.last_modified_date, cast(o._loaded_at as varchar)) end as gone
    from raw_salesforce.opportunities__latest as o
),
stood as (
    select j.*, case
        when lower(j.is_won) in ('true', '1') then 'won' when lower(j.is_closed) in ('true', '1') then 'lost'
        when lower(j.is_closed) in ('false', '0') then 'open'
        when j.stage_word = 'closedwon' then 'won' when j.stage_word = 'closedlost' then 'lost' else 'open'
    end as status
    from judged as j
)
select
    o._row_id, o._loaded_at, o.custom, o.id as source_record_id, o.account_id as company_id, o.name as title,
    case
        when o.type_word like '%renew%' then 'renewal'
        when o.type_word like '%downgrade%' or o.type_word like '%downsell%' then 'downsell'
        when o.type_word like '%crosssell%' then 'cross_sell'
        when o.type_word like '%upgrade%' then 'upsell'
        when o.type_word in ('upsell', 'expansion', 'addon', 'existingbusiness') then 'upsell'
        when o.type_word in ('new', 'newbusiness', 'newcustomer', 'newlogo') then 'new_business'
    end as opportunity_type,
    o.status, o.stage_name as stage, o.last_stage_change_date as stage_entered_at,
    coalesce(t.name, case when o.record_type_id not like '012%' then o.record_type_id end) as pipeline,
    o.amount, upper(o.currency_iso_code) as currency,
    coalesce(o.mrr_c, l.unreadable, cast(cast(round(l.monthly, 4) as decimal(18, 4)) as varchar)) as mrr,
    coalesce(o.one_time_amount_c, l.unreadable, cast(cast(l.one_time as decimal(18, 4)) as varchar)) as one_time_amount,
    case when regexp_matches(o.probability, '^\d{1,5}(\.\d{1,4})?$')
        then cast(cast(o.probability as decimal(9, 4)) * 0.01 as varchar) else o.probability end as probability,
    coalesce(o.contract_length_months_c, c.contract_term) as contract_length_months,
    o.close_date as expected_close_on, case when o.status <> 'open' then o.close_date end as closed_at,
    case when o.status = 'lost' then coalesce(o.lost_reason_c, o.loss_reason_c) end as lost_reason,
    o.next_step as next_steps, o.lead_source, coalesce(w.id, o.owner_id) as owner_id, o.created_date as created_at,
    coalesce(o.system_modstamp, o.last_modified_date) as updated_at, o.gone as source_deleted_at
from stood as o
left join split as l on o.id = l.opportunity_id
left join raw_salesforce.contracts__latest as c on o.contract_id = c.id
left join raw_salesforce.record_types__latest as t on o.record_type_id = t.id
left join owner_name as w on lower(trim(o.owner_id)) = w.name

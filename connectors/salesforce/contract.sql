with owner_name as (
    -- reports name the owner instead of giving the id; a name that two users share says nothing
    select lower(trim(coalesce(u.name, concat_ws(' ', u.first_name, u.last_name)))) as name, min(u.id) as id
    from raw_salesforce.users__latest as u
    group by all having count(*) = 1
),
sold as (
    select o.contract_id, min(o.id) as opportunity_id
    from raw_salesforce.opportunities__latest as o
    where o.contract_id is not null group by o.contract_id
),
worded as (
    select
        c.*,
        lower(c.auto_renew_c) in ('true', '1') as renews,
        lower(c.billing_frequency_c) as rhythm,
        regexp_matches(c.contract_term, '^\d{1,4}(\.0+)?$') as has_term,
        -- what cannot be read as a day goes on as it is
        try_cast(try_cast(c.start_date as timestamptz) as date) as first_day,
        try_cast(try_cast(c.end_date as timestamptz) as date) as last_day
    from raw_salesforce.contracts__latest as c
),
ended as (
    -- Salesforce ends a contract on its last day, the day before the term is over
    select w.*, case
        when w.last_day is not null then cast(cast(w.last_day + 1 as date) as varchar)
        when w.end_date is not null then w.end_date
        when w.has_term and w.first_day is not null then cast(cast(
            w.first_day + cast(cast(w.contract_term as decimal(9, 1)) as int) * interval 1 month as date) as varchar)
    end as over_on
    from worded as w
)
select
    c._row_id, c._loaded_at, c.custom, c.id as source_record_id,
    c.account_id as company_id,
    coalesce(c.opportunity_c, c.sbqq_opportunity_c, s.opportunity_id) as opportunity_id,
    coalesce(c.name, 'Contract ' || c.contract_number, c.id) as name,
    case
        when lower(c.status) in ('draft', 'in approval process') then 'draft'
        when lower(c.status) = 'activated' then 'live'
        when lower(c.status) in ('expired', 'terminated', 'canceled', 'cancelled', 'superseded') then 'ended'
    end as status,
    -- signed once both have; many workspaces fill in neither day and only activate the contract
    coalesce(greatest(c.company_signed_date, c.customer_signed_date), c.activated_date) as signed_on,
    c.start_date as starts_on,
    -- one that renews by itself goes on after its term
    coalesce(c.canceled_on_c, case when not coalesce(c.renews, false) then c.over_on end) as ends_on,
    c.contract_value_c as contract_value,
    upper(c.currency_iso_code) as currency,
    case when c.contract_term is null or lower(c.evergreen_c) in ('true', '1') then 'evergreen' else 'fixed' end
        as term_type,
    c.contract_term as length_months,
    c.renews as auto_renew,
    coalesce(c.renewal_term_months_c, c.sbqq_renewal_term_c) as renewal_period_months,
    c.notice_period_days_c as notice_period_days,
    case when c.renews then c.over_on end as renewal_on,
    case
        when c.rhythm in ('monthly', 'quarterly', 'semiannual', 'semi-annual') then 'month'
        when c.rhythm in ('yearly', 'annual', 'annually') then 'year'
        when c.rhythm = 'weekly' then 'week'
        else c.rhythm
    end as billing_interval,
    case when c.rhythm = 'quarterly' then 3 when c.rhythm in ('semiannual', 'semi-annual') then 6
        when c.rhythm is not null then 1 end as interval_count,
    c.payment_due_days_c as due_days,
    c.terms_url_c as terms_url,
    c.special_terms as terms_text,
    c.canceled_on_c as cancel_on,
    c.sla_name_c as sla_name,
    c.sla_first_response_minutes_c as sla_first_response_minutes,
    c.sla_resolution_minutes_c as sla_resolution_minutes,
    c.sla_uptime_percent_c as sla_uptime_percent,
    coalesce(o.id, c.owner_id) as owner_id,
    c.created_date as created_at,
    coalesce(c.system_modstamp, c.last_modified_date) as updated_at,
    case when lower(c.is_deleted) in ('true', '1')
        then coalesce(c.system_modstamp, c.last_modified_date, cast(c._loaded_at as varchar)) end as source_deleted_at
from ended as c
left join sold as s on c.id = s.contract_id
left join owner_name as o on lower(trim(c.owner_id)) = o.name

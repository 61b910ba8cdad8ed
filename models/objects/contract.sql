-- Contracts as sent, with the status that follows from their dates; and one for each won opportunity that no contract or
-- subscription names, of a company that has no subscription from any source.
with won as (
    select o.*, cast(coalesce(o.closed_at, o.stage_entered_at) as date) as won_on
    from objects.opportunity as o
    cross join policy.revenue as p
    where p.derive_revenue_from_won_opportunities
        and o.status = 'won' and o.source_deleted_at is null and o.company_id is not null
        and coalesce(o.opportunity_type, '') <> 'downsell'
        and coalesce(o.closed_at, o.stage_entered_at) is not null
        and o.opportunity_id not in (select s.opportunity_id from sourced as s where s.opportunity_id is not null)
        and o.opportunity_id not in (
            select b.opportunity_id from objects.subscription as b
            where b.derived_by is null and b.opportunity_id is not null
        )
        and o.company_id not in (
            select b.company_id from objects.subscription as b where b.derived_by is null and b.company_id is not null
        )
),

derived as (
    select
        w.opportunity_id || ':won' as contract_id, w.company_id, w.opportunity_id, w.title as name,
        w.won_on as signed_on, w.won_on as starts_on,
        cast(w.won_on + interval '1' month * nullif(w.contract_length_months, 0) as date) as ends_on,
        coalesce(
            w.amount, w.mrr * nullif(w.contract_length_months, 0) + coalesce(w.one_time_amount, 0), w.one_time_amount
        ) as contract_value,
        coalesce(w.currency, p.reporting_currency) as currency,
        case when w.contract_length_months > 0 then 'fixed' else 'evergreen' end as term_type,
        nullif(w.contract_length_months, 0) as length_months,
        w.source_system, w.source_record_id, w.created_at, w.updated_at, w.loaded_at,
        'won_opportunity' as derived_by
    from won as w
    cross join policy.revenue as p
),

everything as (
    select * from sourced
    union all by name
    select * from derived
)

select
    e.* exclude (status),
    case
        when e.ends_on <= run.as_of_on then 'ended'
        when e.signed_on is null or e.signed_on > run.as_of_on then 'draft'
        when e.starts_on > run.as_of_on then 'scheduled'
        when e.term_type = 'fixed' and not coalesce(e.auto_renew, false)
            and cast(e.starts_on + interval '1' month * e.length_months as date) <= run.as_of_on then 'out_of_contract'
        else 'live'
    end as status
from everything as e
cross join meta.run as run

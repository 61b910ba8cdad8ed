-- Subscriptions as sent; and one for the recurring part of each won opportunity that no contract or subscription names, of
-- a company that has no subscription from any source. A won renewal ends what was derived for the company before it.
with won as (
    select o.*, cast(cast(coalesce(o.closed_at, o.stage_entered_at) as date) as timestamp) as starts_at
    from objects.opportunity as o
    cross join policy.revenue as p
    where p.derive_revenue_from_won_opportunities
        and o.status = 'won' and o.source_deleted_at is null and o.company_id is not null and o.mrr > 0
        and coalesce(o.opportunity_type, '') <> 'downsell'
        and coalesce(o.closed_at, o.stage_entered_at) is not null
        and o.company_id not in (select s.company_id from sourced as s where s.company_id is not null)
        and o.opportunity_id not in (select s.opportunity_id from sourced as s where s.opportunity_id is not null)
        and o.opportunity_id not in (
            select c.opportunity_id from staging.contract as c where c.opportunity_id is not null
        )
        and o.opportunity_id not in (
            select c.source_system || ':' || c.opportunity_id from staging.contract as c
            where c.opportunity_id is not null
        )
),

renewed as (
    select w.opportunity_id, min(r.starts_at) as renewed_at
    from won as w
    join won as r on w.company_id = r.company_id and r.opportunity_type = 'renewal' and w.starts_at < r.starts_at
    group by w.opportunity_id
),

term as (
    select
        w.*,
        least(
            cast(w.starts_at + interval '1' month * nullif(w.contract_length_months, 0) as timestamp), r.renewed_at
        ) as ends_at
    from won as w
    left join renewed as r on w.opportunity_id = r.opportunity_id
),

derived as (
    select
        t.opportunity_id || ':won' as subscription_id, t.company_id, t.opportunity_id || ':won' as contract_id,
        t.opportunity_id,
        case when t.ends_at < run.as_of then 'canceled' else 'active' end as status,
        t.starts_at, t.ends_at, t.ends_at is null as is_open_ended,
        coalesce(t.currency, p.reporting_currency) as currency,
        t.mrr * nullif(t.contract_length_months, 0) as value,
        t.source_system, t.source_record_id, t.created_at, t.updated_at, t.loaded_at,
        'won_opportunity' as derived_by
    from term as t
    cross join policy.revenue as p
    cross join meta.run as run
)

select * from sourced
union all by name
select * from derived

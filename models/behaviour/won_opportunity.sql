-- Won opportunities that no subscription names, of companies without any subscription: what they agreed on, and the
-- contract that names them, where one does. A won renewal ends what was derived for the company before it.
with named as (
    select opportunity_id, min(contract_id) as contract_id
    from sourced.contract
    where opportunity_id is not null and source_deleted_at is null
    group by opportunity_id
),

won as (
    select
        o.opportunity_id, o.company_id, o.opportunity_type, o.title, o.amount, o.mrr, o.one_time_amount,
        nullif(o.contract_length_months, 0) as length_months,
        coalesce(o.currency, r.reporting_currency) as currency,
        cast(coalesce(o.closed_at, o.stage_entered_at) as date) as won_on,
        n.contract_id as sent_contract_id,
        o.source_system, o.source_record_id, o.created_at, o.updated_at, o.loaded_at
    from sourced.opportunity as o
    cross join policy.revenue as r
    cross join policy.behaviour as b
    left join named as n on o.opportunity_id = n.opportunity_id
    where b.won_opportunity_makes_revenue
        and o.status = 'won' and o.source_deleted_at is null and o.company_id is not null
        and coalesce(o.opportunity_type, '') <> 'downsell'
        and coalesce(o.closed_at, o.stage_entered_at) is not null
        and o.company_id not in (select s.company_id from sourced.subscription as s where s.company_id is not null)
        and o.opportunity_id not in (
            select s.opportunity_id from sourced.subscription as s where s.opportunity_id is not null
        )
),

renewed as (
    select w.opportunity_id, min(r.won_on) as renewed_on
    from won as w
    join won as r on w.company_id = r.company_id and r.opportunity_type = 'renewal' and w.won_on < r.won_on
    where r.mrr > 0
    group by w.opportunity_id
)

select
    w.*,
    cast(w.won_on + interval '1' month * w.length_months as date) as agreed_to,
    least(cast(w.won_on + interval '1' month * w.length_months as date), r.renewed_on) as recurring_to
from won as w
left join renewed as r on w.opportunity_id = r.opportunity_id

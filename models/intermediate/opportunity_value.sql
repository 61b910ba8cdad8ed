-- One row per opportunity: what it is worth, how likely it is, the month it belongs to and how long it took.
with likely as (
    select
        o.*,
        case o.status when 'won' then 1 when 'lost' then 0 else o.probability end as likelihood,
        case
            when o.status in ('won', 'lost') then cast(coalesce(o.closed_at, o.stage_entered_at, o.updated_at) as date)
        end as closed_on,
        r.as_of_on
    from objects.opportunity as o
    cross join meta.run as r
    where o.source_deleted_at is null and coalesce(o.created_at <= r.as_of, true)
),

dated as (
    select
        l.*,
        -- One that nobody gave a date stands in the month of as-of, and is counted as undated.
        cast(date_trunc('month', coalesce(l.closed_on, l.expected_close_on, l.as_of_on)) as date) as month,
        coalesce(l.currency, p.reporting_currency) as priced_in,
        p.reporting_currency,
        p.policy_id,
        coalesce(l.amount, 0) as value,
        cast(round(coalesce(l.amount, 0) * coalesce(l.likelihood, 0), 4) as decimal(18, 4)) as weighted_value
    from likely as l
    cross join policy.revenue as p
)

select
    d.opportunity_id,
    d.company_id,
    d.owner_id,
    coalesce(d.pipeline, 'not stated') as pipeline,
    d.stage,
    d.status,
    d.month,
    d.priced_in as currency,
    d.reporting_currency,
    d.value as amount,
    d.weighted_value as weighted_amount,
    cast(round(d.value * coalesce(m.rate, n.rate), 4) as decimal(18, 4)) as amount_reporting,
    cast(round(d.weighted_value * coalesce(m.rate, n.rate), 4) as decimal(18, 4)) as weighted_amount_reporting,
    d.likelihood is null as is_unweighted,
    coalesce(d.closed_on, d.expected_close_on) is null as is_undated,
    case when d.status = 'won' then date_diff('day', cast(d.created_at as date), d.closed_on) end as cycle_days,
    d.opportunity_type,
    d.closed_on,
    d.expected_close_on,
    d.created_at,
    d.stage_entered_at,
    d.probability,
    cast(coalesce(
        d.mrr,
        round((d.amount - coalesce(d.one_time_amount, 0)) / nullif(d.contract_length_months, 0), 4)
    ) as decimal(18, 4)) as mrr
from dated as d
left join intermediate.month_rate as m
    on d.policy_id = m.policy_id and d.month = m.month and d.priced_in = m.currency and d.closed_on is not null
left join intermediate.present_rate as n on d.priced_in = n.currency

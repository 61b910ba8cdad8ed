-- Each day on which a company's MRR moves closes and opens with what the one before closed with; a month's days come to it.
-- Where months are valued by their first instant, days are not theirs.
with day as (
    select
        *, date_trunc('month', day) as month,
        lag(closing, 1, 0) over (partition by policy_id, company_id, currency order by day) as closed_with
    from marts.mrr_change_day
),

of_days as (
    select policy_id, company_id, currency, cast(month as date) as month, sum(closing - opening) as change
    from day
    group by policy_id, company_id, currency, cast(month as date)
),

of_months as (
    select policy_id, company_id, currency, month, closing - opening as change
    from marts.mrr_movement
    where closing <> opening
)

select policy_id, company_id, currency, day as happened_on, opening as of_day, closed_with as of_before
from day
where opening <> closed_with or closing <> opening + new + reactivation + expansion - contraction - churn
union all
select
    coalesce(d.policy_id, m.policy_id), coalesce(d.company_id, m.company_id), coalesce(d.currency, m.currency),
    coalesce(d.month, m.month), d.change, m.change as of_month
from of_days as d
full join of_months as m
    on d.policy_id = m.policy_id and d.company_id = m.company_id and d.currency = m.currency and d.month = m.month
join policy.revenue_set as p on coalesce(d.policy_id, m.policy_id) = p.policy_id
where p.snapshot = 'last_instant' and coalesce(d.change, 0) <> coalesce(m.change, 0)

-- The sums over all segments, and a row for each month and window in which nobody paid at the start.
with total as (
    select
        policy_id, month, window_months, sum(starting_customers) as starting_customers,
        sum(remaining_customers) as remaining_customers, sum(starting_mrr) as starting_mrr, sum(ending_mrr) as ending_mrr,
        sum(retained_mrr) as retained_mrr
    from intermediate.retention_total
    group by policy_id, month, window_months
)

select
    m.policy_id, m.month, w.value as window_months, m.is_complete, p.reporting_currency as currency,
    round(case when t.starting_mrr > 0 then t.ending_mrr / t.starting_mrr end, 12) as net_revenue_retention,
    round(case when t.starting_mrr > 0 then t.retained_mrr / t.starting_mrr end, 12) as gross_revenue_retention,
    round(case when t.starting_customers > 0 then t.remaining_customers / t.starting_customers end, 12)
        as logo_retention,
    coalesce(t.starting_mrr, 0) as starting_mrr,
    coalesce(t.ending_mrr, 0) as ending_mrr,
    coalesce(t.retained_mrr, 0) as retained_mrr,
    coalesce(t.starting_customers, 0) as starting_customers,
    coalesce(t.remaining_customers, 0) as remaining_customers
from intermediate.month as m
cross join policy.revenue as p
cross join policy.revenue_retention_windows as w
join policy.revenue_set as s on m.policy_id = s.policy_id and s.conversion <> 'none'
left join total as t on m.policy_id = t.policy_id and m.month = t.month and w.value = t.window_months

-- The retention of each segment.
select
    t.policy_id, t.segment, t.month, t.window_months, m.is_complete, p.reporting_currency as currency,
    round(case when t.starting_mrr > 0 then t.ending_mrr / t.starting_mrr end, 12) as net_revenue_retention,
    round(case when t.starting_mrr > 0 then t.retained_mrr / t.starting_mrr end, 12) as gross_revenue_retention,
    round(t.remaining_customers / t.starting_customers, 12) as logo_retention,
    t.starting_mrr, t.ending_mrr, t.retained_mrr, t.starting_customers, t.remaining_customers
from intermediate.retention_total as t
join intermediate.month as m on t.policy_id = m.policy_id and t.month = m.month
cross join policy.revenue as p

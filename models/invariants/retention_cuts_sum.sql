-- The retention of all segments together is the retention of the business, in money and in customers.
with total as (
    select
        policy_id, month, window_months, sum(starting_mrr) as starting_mrr, sum(ending_mrr) as ending_mrr,
        sum(retained_mrr) as retained_mrr, sum(starting_customers) as starting_customers,
        sum(remaining_customers) as remaining_customers
    from marts.retention_cut
    group by policy_id, month, window_months
)

select
    coalesce(r.policy_id, t.policy_id) as policy_id, coalesce(r.month, t.month) as month,
    coalesce(r.window_months, t.window_months) as window_months, r.ending_mrr as of_business, t.ending_mrr as of_segments
from marts.retention_month as r
full join total as t on r.policy_id = t.policy_id and r.month = t.month and r.window_months = t.window_months
where r.month is null
    or r.starting_mrr <> coalesce(t.starting_mrr, 0) or r.ending_mrr <> coalesce(t.ending_mrr, 0)
    or r.retained_mrr <> coalesce(t.retained_mrr, 0) or r.starting_customers <> coalesce(t.starting_customers, 0)
    or r.remaining_customers <> coalesce(t.remaining_customers, 0)

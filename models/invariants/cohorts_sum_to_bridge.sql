-- Every month, all cohorts together are the customers and the closing ARR of the bridge, and so are those of all segments.
with total as (
    select
        policy_id, month, segment = '(all)' as is_of_all, sum(companies_kept) as companies_kept, 12 * sum(net_mrr) as arr
    from marts.cohort_month
    group by policy_id, month, segment = '(all)'
),

side as (
    select unnest([true, false]) as is_of_all
)

select b.policy_id, b.month, s.is_of_all, b.closing as of_bridge, t.arr as of_cohorts
from marts.arr_bridge as b
cross join side as s
left join total as t on b.policy_id = t.policy_id and b.month = t.month and s.is_of_all = t.is_of_all
where b.closing <> coalesce(t.arr, 0) or b.customers_closing <> coalesce(t.companies_kept, 0)

-- The last day of every month has the customers and, to the last place, the ARR the bridge closes with.
with last_day as (
    select d.*, cast(date_trunc('month', d.day) as date) as month
    from marts.mrr_day as d
    qualify d.day = max(d.day) over (partition by d.policy_id, date_trunc('month', d.day))
)

select
    b.policy_id, b.month, b.closing as of_bridge, d.arr as of_days, b.customers_closing, d.customer_count
from marts.arr_bridge as b
join policy.revenue_set as p on b.policy_id = p.policy_id
left join last_day as d on b.policy_id = d.policy_id and b.month = d.month
where p.snapshot = 'last_instant'
    and (d.arr is null or d.customer_count <> b.customers_closing or d.arr <> b.closing)

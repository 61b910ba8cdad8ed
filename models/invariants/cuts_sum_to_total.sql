-- Over the members of every dimension, each movement and count is the ARR bridge's, month by month.
with dimension as (
    select unnest(['segment', 'country', 'owner', 'parent', 'currency', 'product']) as dimension
),

total as (
    select
        policy_id, dimension, month, sum(opening) as opening, sum(new) as new, sum(reactivation) as reactivation,
        sum(expansion) as expansion, sum(contraction) as contraction, sum(churn) as churn, sum(fx) as fx,
        sum(closing) as closing, sum(customers_opening) as customers_opening, sum(customers_new) as customers_new,
        sum(customers_reactivated) as customers_reactivated, sum(customers_churned) as customers_churned,
        sum(customers_closing) as customers_closing
    from marts.bridge_cut
    group by policy_id, dimension, month
)

select
    coalesce(b.policy_id, t.policy_id) as policy_id, coalesce(d.dimension, t.dimension) as dimension,
    coalesce(b.month, t.month) as month, b.closing as of_bridge, t.closing as of_members
from marts.arr_bridge as b
cross join dimension as d
full join total as t on b.policy_id = t.policy_id and b.month = t.month and d.dimension = t.dimension
where b.month is null
    or b.opening <> coalesce(t.opening, 0) or b.new <> coalesce(t.new, 0)
    or b.reactivation <> coalesce(t.reactivation, 0) or b.expansion <> coalesce(t.expansion, 0)
    or b.contraction <> coalesce(t.contraction, 0) or b.churn <> coalesce(t.churn, 0)
    or b.fx <> coalesce(t.fx, 0) or b.closing <> coalesce(t.closing, 0)
    or (
        d.dimension not in ('currency', 'product')
        and (
            b.customers_opening <> coalesce(t.customers_opening, 0) or b.customers_new <> coalesce(t.customers_new, 0)
            or b.customers_reactivated <> coalesce(t.customers_reactivated, 0)
            or b.customers_churned <> coalesce(t.customers_churned, 0)
            or b.customers_closing <> coalesce(t.customers_closing, 0)
        )
    )

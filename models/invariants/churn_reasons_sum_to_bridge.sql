-- The churn of a month over all reasons is the ARR bridge's churn, in money and in companies.
-- Where a set of rules looks at subscriptions or items, money is also lost from companies that stay.
with total as (
    select policy_id, month, sum(companies_churned) as companies_churned, sum(mrr_churned) as mrr_churned
    from marts.churn_month
    group by policy_id, month
)

select
    coalesce(b.policy_id, t.policy_id) as policy_id, coalesce(b.month, t.month) as month, b.churn as of_bridge,
    12 * t.mrr_churned as of_reasons
from marts.arr_bridge as b
full join total as t on b.policy_id = t.policy_id and b.month = t.month
left join policy.revenue_set as p on b.policy_id = p.policy_id
where b.month is null
    or (p.movement_grain in ('customer', 'parent') and b.churn <> 12 * coalesce(t.mrr_churned, 0))
    or b.customers_churned <> coalesce(t.companies_churned, 0)

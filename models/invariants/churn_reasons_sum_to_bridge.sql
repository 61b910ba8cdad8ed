-- The churn of a month over all reasons is the ARR bridge's churn, in money and in companies.
with total as (
    select month, sum(companies_churned) as companies_churned, sum(mrr_churned) as mrr_churned
    from marts.churn_month
    group by month
)

select coalesce(b.month, t.month) as month, b.churn as of_bridge, 12 * t.mrr_churned as of_reasons
from marts.arr_bridge as b
full join total as t on b.month = t.month
where b.month is null
    or b.churn <> 12 * coalesce(t.mrr_churned, 0)
    or b.customers_churned <> coalesce(t.companies_churned, 0)

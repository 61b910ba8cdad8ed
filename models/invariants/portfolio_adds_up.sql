-- The portfolios together are all companies with all their ARR and overdue money, each customer in one band.
with summed as (
    select
        coalesce(sum(company_count), 0) as companies,
        coalesce(sum(customer_count), 0) as customers,
        coalesce(sum(thriving_count + needs_attention_count + at_risk_count + unscored_count), 0) as banded,
        coalesce(sum(arr), 0) as arr,
        coalesce(sum(overdue_amount), 0) as overdue
    from marts.portfolio
),

counted as (
    select
        count(*) as companies,
        count(*) filter (where customer_status in ('customer', 'canceled')) as customers,
        coalesce(sum(arr), 0) as arr,
        coalesce(sum(overdue_amount), 0) as overdue
    from marts.company_360
)

select s.*, c.companies as all_companies, c.customers as all_customers, c.arr as all_arr, c.overdue as all_overdue
from summed as s
cross join counted as c
where s.companies <> c.companies
    or s.customers <> c.customers
    or s.banded <> c.customers
    or s.arr <> c.arr
    or s.overdue <> c.overdue

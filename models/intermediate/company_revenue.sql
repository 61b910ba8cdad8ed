-- One row per company: what it pays now, in the reporting currency; 0 for a company that pays nothing.
with now as (
    select max(m.month) as month
    from intermediate.month as m
    join policy.revenue as p on m.policy_id = p.policy_id
)

select
    c.company_id,
    coalesce(m.mrr, 0) as mrr,
    coalesce(m.arr, 0) as arr,
    p.reporting_currency as currency
from objects.company as c
cross join policy.revenue as p
cross join now as n
left join marts.company_month as m on c.company_id = m.company_id and n.month = m.month and p.policy_id = m.policy_id

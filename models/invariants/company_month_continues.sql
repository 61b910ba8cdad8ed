-- What a company pays at a month's end is what its next month opens with.
with placed as (
    select c.policy_id, c.company_id, m.month_no, c.opening, c.closing, c.is_customer, c.was_customer
    from marts.company_month as c
    join intermediate.month as m on c.policy_id = m.policy_id and c.month = m.month
),

last_month as (
    select policy_id, max(month_no) as month_no from intermediate.month group by policy_id
)

select
    coalesce(b.policy_id, a.policy_id) as policy_id, coalesce(b.company_id, a.company_id) as company_id,
    coalesce(b.month_no, a.month_no + 1) as month_no,
    a.closing as closed_with, b.opening as opened_with
from placed as a
full join placed as b
    on a.policy_id = b.policy_id and a.company_id = b.company_id and b.month_no = a.month_no + 1
join last_month as l on coalesce(b.policy_id, a.policy_id) = l.policy_id
where coalesce(b.month_no, a.month_no + 1) <= l.month_no
    and (
        coalesce(a.closing, 0) <> coalesce(b.opening, 0)
        or coalesce(a.is_customer, false) <> coalesce(b.was_customer, false)
    )

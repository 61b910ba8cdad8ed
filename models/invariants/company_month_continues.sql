-- What a company pays at a month's end is what its next month opens with.
with placed as (
    select c.company_id, m.month_no, c.opening, c.closing, c.is_customer, c.was_customer
    from marts.company_month as c
    join intermediate.month as m on c.month = m.month
),

last_month as (
    select max(month_no) as month_no from intermediate.month
)

select
    coalesce(b.company_id, a.company_id) as company_id, coalesce(b.month_no, a.month_no + 1) as month_no,
    a.closing as closed_with, b.opening as opened_with
from placed as a
full join placed as b on a.company_id = b.company_id and b.month_no = a.month_no + 1
cross join last_month as l
where coalesce(b.month_no, a.month_no + 1) <= l.month_no
    and (
        coalesce(a.closing, 0) <> coalesce(b.opening, 0)
        or coalesce(a.is_customer, false) <> coalesce(b.was_customer, false)
    )

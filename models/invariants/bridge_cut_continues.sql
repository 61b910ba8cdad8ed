-- Every member of a dimension opens with what it closed with the month before; where there is no row, with nothing.
with placed as (
    select
        c.policy_id, c.dimension, c.member, m.month_no, c.opening, c.closing, coalesce(c.customers_opening, 0) as came_with,
        coalesce(c.customers_closing, 0) as went_with
    from marts.bridge_cut as c
    join intermediate.month as m on c.policy_id = m.policy_id and c.month = m.month
),

last_month as (
    select policy_id, max(month_no) as month_no from intermediate.month group by policy_id
)

select
    coalesce(b.policy_id, a.policy_id) as policy_id, coalesce(b.dimension, a.dimension) as dimension,
    coalesce(b.member, a.member) as member, coalesce(b.month_no, a.month_no + 1) as month_no, a.closing as closed_with,
    b.opening as opened_with
from placed as a
full join placed as b
    on a.policy_id = b.policy_id and a.dimension = b.dimension and a.member = b.member and b.month_no = a.month_no + 1
join last_month as l on coalesce(b.policy_id, a.policy_id) = l.policy_id
where coalesce(b.month_no, a.month_no + 1) <= l.month_no
    and (coalesce(a.closing, 0) <> coalesce(b.opening, 0) or coalesce(a.went_with, 0) <> coalesce(b.came_with, 0))

-- Companies that stay and stand elsewhere than the month before: what they opened with goes from the one member, where it is
-- the opening, to the other, which `cut_month` counts it for.
with changed as (
    select
        b.policy_id, b.company_id, b.from_no as month_no, unnest(['segment', 'country', 'owner', 'parent']) as dimension,
        unnest([a.segment, a.country, a.owner, a.parent]) as old_member,
        unnest([b.segment, b.country, b.owner, b.parent]) as new_member
    from intermediate.company_member as a
    join intermediate.company_member as b
        on a.policy_id = b.policy_id and a.company_id = b.company_id and a.until_no = b.from_no
),

moving as (
    select
        h.policy_id, h.dimension, h.month_no, h.old_member, h.new_member, c.opening,
        case when c.was_customer then 1 else 0 end as customers
    from changed as h
    join intermediate.month as m on h.policy_id = m.policy_id and h.month_no = m.month_no
    join marts.company_month as c on h.policy_id = c.policy_id and h.company_id = c.company_id and m.month = c.month
    where h.old_member <> h.new_member and c.movement <> 'churn' and (c.was_customer or c.opening <> 0)
)

select
    policy_id, dimension, month_no, old_member as member, sum(opening) as opening, 0 as transfer_in,
    sum(opening) as transfer_out, sum(customers) as customers_opening, 0 as customers_transferred_in,
    sum(customers) as customers_transferred_out
from moving
group by policy_id, dimension, month_no, old_member
union all
select policy_id, dimension, month_no, new_member, -sum(opening), sum(opening), 0, -sum(customers), sum(customers), 0
from moving
group by policy_id, dimension, month_no, new_member

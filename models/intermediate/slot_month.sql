-- The movements of products and currencies over the companies that have paid for, or in, several. A change is named as the
-- company's as a whole is. What one member of a company that stays gains while another loses is set off first, the largest
-- amounts first: so much is transferred between them; the rest is the company's expansion or contraction.
with named as (
    select v.*, v.closing - v.opening_now as change, coalesce(k.kind, 'change') as kind
    from intermediate.slot_value as v
    left join intermediate.company_change as k
        on v.policy_id = k.policy_id and k.grain = 'month' and v.company_id = k.company_id and v.unit_id = k.unit_id
        and v.month_no = k.period_no
),

turned as (
    select
        dimension, policy_id, member, month_no, company_id, unit_id, change > 0 as is_up, abs(change) as amount,
        sum(greatest(change, 0)) over unit as gained, sum(greatest(-change, 0)) over unit as lost
    from named
    where kind = 'change' and change <> 0
    window unit as (partition by dimension, policy_id, company_id, unit_id, month_no)
),

queued as (
    select
        *, least(gained, lost) as moving,
        sum(amount) over (
            partition by dimension, policy_id, company_id, unit_id, month_no, is_up
            order by amount desc, member asc rows between unbounded preceding and current row
        ) - amount as before
    from turned
),

set_off as (
    select *, least(amount, greatest(moving - before, 0)) as transferred from queued
)

select
    dimension, policy_id, member, month_no, sum(opening) as opening,
    sum(case when kind = 'new' then change else 0 end) as new,
    sum(case when kind = 'reactivation' then change else 0 end) as reactivation,
    0 as expansion, 0 as contraction,
    sum(case when kind = 'churn' then -change else 0 end) as churn,
    sum(opening_now - opening) as fx, 0 as transfer_in, 0 as transfer_out, sum(closing) as closing
from named
group by dimension, policy_id, member, month_no
union all
select
    dimension, policy_id, member, month_no, 0, 0, 0,
    sum(case when is_up then amount - transferred else 0 end) as expansion,
    sum(case when is_up then 0 else amount - transferred end) as contraction, 0, 0,
    sum(case when is_up then transferred else 0 end) as transfer_in,
    sum(case when is_up then 0 else transferred end) as transfer_out, 0
from set_off
group by dimension, policy_id, member, month_no

-- In every week, what is told of the business as a whole sums what is told of the companies, kind by kind.
with told as (
    select
        week, kind, sum(amount) as amount,
        case
            when kind in ('new', 'reactivation', 'expansion', 'contraction', 'churn') then count(distinct scope)
            else count(*)
        end as item_count
    from marts.week_change
    where scope <> '(all)'
    group by week, kind
),

summed as (
    select week, kind, amount, item_count
    from marts.week_change
    where scope = '(all)' and kind <> 'arr'
)

select
    coalesce(t.week, s.week) as week, coalesce(t.kind, s.kind) as kind, t.amount, s.amount as amount_of_all,
    t.item_count
from told as t
full join summed as s on t.week = s.week and t.kind = s.kind
where t.item_count is distinct from s.item_count or t.amount is distinct from s.amount

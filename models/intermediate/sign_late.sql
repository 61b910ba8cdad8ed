-- Spells of `payments_overdue` and `delivery`: the days by which the oldest thing that is late is so; 0 while nothing is.
with late as (
    select
        company_id, factor, date_diff('day', date '1970-01-01', due_on) as due_no,
        cast(due_on + interval 1 day as date) as late_from, coalesce(settled_on, date '9999-12-31') as late_to
    from intermediate.late_item
    where due_on is not null
),

-- What was due before is the oldest for as long as it is late; only then is it this one's turn. So no two turns meet.
turn as (
    select
        company_id, factor, due_no, late_to as to_on,
        greatest(late_from, max(late_to) over (
            partition by company_id, factor order by due_no, late_to rows between unbounded preceding and 1 preceding
        )) as from_on
    from late
    where late_to > late_from
),

moved as (
    select company_id, factor, from_on as on_day, 1 as late, due_no, 0 as known from turn where from_on < to_on
    union all
    select company_id, factor, to_on, -1, -due_no, 0 from turn where from_on < to_on
    union all
    select company_id, factor, known_from, 0, 0, 1
    from intermediate.late_item
    where known_to is null or known_to > known_from
    union all
    select company_id, factor, known_to, 0, 0, -1 from intermediate.late_item where known_to > known_from
),

moved_day as (
    select company_id, factor, on_day, sum(late) as late, sum(due_no) as due_no, sum(known) as known
    from moved
    group by company_id, factor, on_day
),

level as (
    select
        company_id, factor, on_day as from_on, lead(on_day) over walk as to_on,
        sum(late) over walk as late, sum(due_no) over walk as due_no, sum(known) over walk as known
    from moved_day
    window walk as (partition by company_id, factor order by on_day)
)

select
    company_id, factor, from_on, to_on,
    cast(case when late > 0 then date_diff('day', date '1970-01-01', from_on) - due_no else 0 end as decimal(18, 6))
        as value_at_from,
    case when late > 0 then 1 else 0 end as per_day
from level
where known > 0

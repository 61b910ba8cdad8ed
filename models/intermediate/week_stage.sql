-- One row per company and week in which the furthest stage of its people on the value path is another one than a
-- week before.
with week as (
    select cast(date_trunc('week', r.as_of_on) as date) - 7 * cast(n.back as integer) as week, r.as_of_on
    from meta.run as r
    cross join policy.portfolio as p
    cross join (select unnest(range(0, 521)) as back) as n
    where n.back <= p.weeks_back
),

reached as (
    select w.week, s.company_id, max(s.stage_no) as stage_no, arg_max(s.stage, s.stage_no) as stage
    from week as w
    join marts.stage_spell as s
        on s.from_on <= least(w.week + 6, w.as_of_on) and coalesce(s.to_on > least(w.week + 6, w.as_of_on), true)
    where s.company_id is not null
    group by w.week, s.company_id
),

compared as (
    select
        week, company_id, stage_no, stage,
        lag(stage_no) over (partition by company_id order by week) as stage_no_before,
        lag(stage) over (partition by company_id order by week) as stage_before
    from reached
)

select
    c.week, c.company_id, least(c.week + 6, r.as_of_on) as happened_on,
    case when c.stage_no > c.stage_no_before then 'stage_forward' else 'stage_back' end as kind,
    ' from ' || replace(c.stage_before, '_', ' ') || ' to ' || replace(c.stage, '_', ' ') || '.' as words
from compared as c
cross join meta.run as r
where c.stage_no <> c.stage_no_before

-- One row per promise: the open time its clock has run, and by how much open time of the calendar it is used up, both in
-- microseconds. A clock that has not got so far, or stands still, is taken to go on from where it is.
with measured as (
    select
        s.ticket_id,
        s.measure,
        s.place,
        c.target_minutes * 60000000 as target,
        o0.open_microseconds as open_from,
        o1.open_microseconds - o0.open_microseconds as ran
    from intermediate.sla_stretch as s
    join intermediate.sla_clock as c on s.ticket_id = c.ticket_id and s.measure = c.measure
    join intermediate.open_time as o0 on s.calendar = o0.calendar and s.starts_at = o0.at_instant
    join intermediate.open_time as o1 on s.calendar = o1.calendar and s.ends_at = o1.at_instant
),

counted as (
    select
        m.*,
        sum(m.ran) over (
            partition by m.ticket_id, m.measure order by m.place rows between unbounded preceding and current row
        ) as ran_by
    from measured as m
),

run as (
    select
        ticket_id,
        measure,
        max(ran_by) as elapsed,
        min(open_from + target - ran_by + ran) filter (where ran_by >= target and ran_by - ran < target) as used_up
    from counted
    group by ticket_id, measure
)

select
    c.ticket_id,
    c.measure,
    c.calendar,
    cast(coalesce(r.elapsed, 0) as bigint) as elapsed_microseconds,
    cast(
        coalesce(r.used_up, o.open_microseconds + c.target_minutes * 60000000 - coalesce(r.elapsed, 0)) as bigint
    ) as due_microseconds
from intermediate.sla_clock as c
join intermediate.open_time as o on c.calendar = o.calendar and c.stops_at = o.at_instant
left join run as r on c.ticket_id = r.ticket_id and c.measure = r.measure
where c.target_minutes is not null

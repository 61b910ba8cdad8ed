-- One row per ticket and measure: how long it took in all and within opening hours, in microseconds.
select
    s.ticket_id,
    s.measure,
    sum(date_diff('microsecond', s.starts_at, s.ends_at)) as calendar_microseconds,
    sum(o1.open_microseconds - o0.open_microseconds) as business_microseconds
from intermediate.ticket_stretch as s
join intermediate.ticket_calendar as k on s.ticket_id = k.ticket_id
join intermediate.open_time as o0 on s.starts_at = o0.at_instant and k.calendar = o0.calendar
join intermediate.open_time as o1 on s.ends_at = o1.at_instant and k.calendar = o1.calendar
group by s.ticket_id, s.measure

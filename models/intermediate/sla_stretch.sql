-- One row per stretch over which the clock of a promise ran, over [starts_at, ends_at), in order of place.
select ticket_id, measure, calendar, 0 as place, opened_at as starts_at, stops_at as ends_at
from intermediate.sla_clock
where target_minutes is not null and stops_at > opened_at and (measure = 'first_response' or not has_history)
union all
select
    c.ticket_id, c.measure, c.calendar, s.change_no as place, s.starts_at, least(s.ends_at, c.stops_at) as ends_at
from intermediate.sla_clock as c
join intermediate.ticket_status as s on c.ticket_id = s.ticket_id
left join policy.sla_pauses as p on s.status = p.value
where c.measure = 'resolution'
    and c.target_minutes is not null
    and s.starts_at < c.stops_at
    and s.ends_at > s.starts_at
    and p.value is null

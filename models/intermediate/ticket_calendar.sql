-- One row per ticket: the calendar in which its open time is counted.
select
    m.ticket_id,
    coalesce(s.calendar, n.calendar, g.calendar, 'default') as calendar
from intermediate.ticket_milestone as m
join objects.ticket as t on m.ticket_id = t.ticket_id
left join objects.company as c on t.company_id = c.company_id
left join intermediate.ticket_contract as p on m.ticket_id = p.ticket_id
left join policy.support_calendar_for as s on s.field = 'sla_name' and p.sla_name = s.value
left join policy.support_calendar_for as n on n.field = 'country' and c.country = n.value
left join policy.support_calendar_for as g on g.field = 'segment' and c.segment = g.value

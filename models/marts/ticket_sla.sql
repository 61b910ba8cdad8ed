with paused as (
    select s.ticket_id
    from intermediate.ticket_status as s
    join policy.sla_pauses as p on s.status = p.value
    where s.is_last and not s.is_solved
),

clock as (
    select
        c.*,
        g.elapsed_microseconds,
        d.due_at,
        -- A minute begun is a minute used.
        c.target_minutes - (g.elapsed_microseconds + 59999999) // 60000000 as left_minutes,
        c.measure = 'resolution' and c.target_minutes is not null and u.ticket_id is not null as is_paused
    from intermediate.sla_clock as c
    left join intermediate.sla_progress as g on c.ticket_id = g.ticket_id and c.measure = g.measure
    left join intermediate.sla_due as d on c.ticket_id = d.ticket_id and c.measure = d.measure
    left join paused as u on c.ticket_id = u.ticket_id
)

select
    c.ticket_id,
    c.measure,
    t.company_id,
    t.subject,
    t.assignee_id,
    a.name as assignee_name,
    coalesce(o.segment, 'not stated') as segment,
    coalesce(f.priority, 'not stated') as priority,
    case when c.target_minutes is not null then p.contract_id end as contract_id,
    coalesce(case when c.target_minutes is not null then p.sla_name end, 'not stated') as sla_name,
    c.calendar,
    c.target_minutes,
    c.elapsed_microseconds // 60000000 as elapsed_minutes,
    c.left_minutes,
    c.opened_at,
    c.due_at,
    c.ended_at,
    c.is_paused,
    case
        when c.target_minutes is null then 'no_target'
        when c.stops_at is null then 'unknown'
        when c.ended_at is not null then case when c.left_minutes >= 0 then 'met' else 'missed' end
        when c.left_minutes < 0 then 'overdue'
        when c.left_minutes <= s.warn_minutes and not c.is_paused then 'at_risk'
        else 'running'
    end as state
from clock as c
join objects.ticket as t on c.ticket_id = t.ticket_id
join intermediate.opening_priority as f on c.ticket_id = f.ticket_id
left join objects.company as o on t.company_id = o.company_id
left join objects.team_member as a on t.assignee_id = a.team_member_id
left join intermediate.ticket_contract as p on c.ticket_id = p.ticket_id
cross join policy.sla as s

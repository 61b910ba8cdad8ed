-- A promise is late exactly when more time was open than promised, and only after it fell due.
with stopped as (
    select s.*, coalesce(s.ended_at, r.as_of) as stopped_at
    from marts.ticket_sla as s
    cross join meta.run as r
    where s.state not in ('no_target', 'unknown')
)

select *
from stopped
where (left_minutes < 0) <> (state in ('missed', 'overdue'))
    or (left_minutes < 0 and coalesce(due_at >= stopped_at, true))
    or (left_minutes > 0 and due_at < stopped_at)
    or (ended_at is null) <> (state in ('running', 'at_risk', 'overdue'))

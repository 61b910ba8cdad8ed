-- One row per ticket and measure: what was promised, and up to when its clock runs: its end, else as-of. Where a ticket
-- is solved and nobody knows when, no clock can be read.
with clock as (
    select
        m.ticket_id,
        'first_response' as measure,
        p.first_response_minutes as target_minutes,
        -- A ticket solved without a word is answered by the solution.
        least(m.first_replied_at, m.first_solved_at, m.solved_at) as ended_at
    from intermediate.ticket_milestone as m
    left join intermediate.ticket_contract as p on m.ticket_id = p.ticket_id
    union all
    select
        m.ticket_id,
        'resolution' as measure,
        p.resolution_minutes as target_minutes,
        m.solved_at as ended_at
    from intermediate.ticket_milestone as m
    left join intermediate.ticket_contract as p on m.ticket_id = p.ticket_id
)

select
    c.ticket_id,
    c.measure,
    c.target_minutes,
    k.calendar,
    m.opened_at,
    c.ended_at,
    coalesce(c.ended_at, case when not m.is_solved then r.as_of end) as stops_at,
    m.has_history
from clock as c
join intermediate.ticket_milestone as m on c.ticket_id = m.ticket_id
join intermediate.ticket_calendar as k on c.ticket_id = k.ticket_id
cross join meta.run as r

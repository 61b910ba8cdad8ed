-- One row per stretch of a ticket's life that is measured: to a milestone, or a stay in one status.
select ticket_id, 'first_reply' as measure, opened_at as starts_at, first_replied_at as ends_at
from intermediate.ticket_milestone
where first_replied_at is not null
union all
select ticket_id, 'first_resolution' as measure, opened_at as starts_at, first_solved_at as ends_at
from intermediate.ticket_milestone
where first_solved_at is not null
union all
select ticket_id, 'full_resolution' as measure, opened_at as starts_at, solved_at as ends_at
from intermediate.ticket_milestone
where solved_at is not null
union all
select ticket_id, status as measure, starts_at, ends_at
from intermediate.ticket_status
where ends_at > starts_at

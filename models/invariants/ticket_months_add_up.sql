-- The months of support together open and solve every ticket once.
with summed as (
    select coalesce(sum(opened_count), 0) as opened, coalesce(sum(solved_count), 0) as solved from marts.ticket_month
),

counted as (
    select count(*) as opened, count(solved_at) as solved from marts.ticket_times
)

select s.opened as opened_in_months, c.opened as tickets, s.solved as solved_in_months, c.solved as solved_tickets
from summed as s
cross join counted as c
where s.opened <> c.opened or s.solved <> c.solved

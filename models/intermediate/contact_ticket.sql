-- One row per contact who asked for help: their tickets.
select requester_id as contact_id, count(*) as ticket_count, count(*) filter (where not is_solved) as open_count
from marts.ticket_times
where requester_id is not null
group by requester_id

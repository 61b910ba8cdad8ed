-- Tickets that policy counts as severe, open or solved: by their priority, or by the severity their source states.
select ticket_id
from objects.ticket
where priority in (select value from policy.health_severe_priorities)
    or lower(severity) in (select lower(value) from policy.health_severe_severities)

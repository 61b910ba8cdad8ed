-- One row per contact who answered an NPS survey: the last answer.
select n.contact_id, n.score as last_score, n.answered_at as last_answered_at
from objects.nps_response as n
cross join meta.run as r
where n.contact_id is not null and n.answered_at <= r.as_of and n.source_deleted_at is null
qualify row_number() over (partition by n.contact_id order by n.answered_at desc, n.nps_response_id desc) = 1

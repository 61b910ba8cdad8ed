-- One row per contact of whom a source says it: whether mail is wanted. An address that mail comes back from counts first,
-- then the wish stated last.
select
    p.contact_id,
    p.preference
from objects.communication_preference as p
where p.channel = 'email' and p.topic is null and p.preference <> 'unknown' and p.source_deleted_at is null
qualify row_number() over (
    partition by p.contact_id
    order by
        (p.preference = 'bounced') desc, p.stated_at desc nulls last, p.preference desc, p.communication_preference_id asc
) = 1

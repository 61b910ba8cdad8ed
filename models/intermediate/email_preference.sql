-- One row per contact of whom a source says it: whether mail is wanted. That mail to the address to use comes back counts
-- first, then the wish stated last; what comes back from another address says nothing.
select
    p.contact_id,
    p.preference,
    p.communication_preference_id
from objects.communication_preference as p
left join intermediate.contact_facet as f on p.contact_id = f.contact_id
where p.channel = 'email'
    and p.topic is null
    and p.preference <> 'unknown'
    and p.source_deleted_at is null
    and (p.preference <> 'bounced' or p.address is null or f.email is null or p.address = f.email)
qualify row_number() over (
    partition by p.contact_id
    order by
        (p.preference = 'bounced') desc, p.stated_at desc nulls last, p.preference desc, p.communication_preference_id asc
) = 1

-- One person asked under one address is either a contact or one of our own people, never both.
select
    s.* exclude (contact_id, address),
    case when s.team_member_id is null then s.contact_id end as contact_id,
    lower(trim(s.address)) as address
from sourced as s

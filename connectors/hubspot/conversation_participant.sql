with owner_name as (
    select lower(trim(concat_ws(' ', o.first_name, o.last_name))) as name, min(o.id) as id
    from raw_hubspot.owners__latest as o
    group by all
    having count(*) = 1
),
logged as (
    select
        c._row_id, c._loaded_at, 'call:' || c.id as conversation_id, c.hubspot_owner_id as owner_ids, c.associations,
        c.associated_contact_ids, case upper(c.hs_call_direction) when 'INBOUND' then 'to' else 'from' end as our_role,
        case upper(c.hs_call_direction) when 'INBOUND' then 'from' else 'to' end as their_role
    from raw_hubspot.calls__latest as c
    union all
    select
        m._row_id, m._loaded_at, 'meeting:' || m.id, concat_ws(';', m.hubspot_owner_id, m.hs_attendee_owner_ids),
        m.associations, m.associated_contact_ids, 'attendee', 'attendee'
    from raw_hubspot.meetings__latest as m
    where coalesce(upper(m.hs_meeting_outcome), '') not in ('CANCELED', 'NO_SHOW', 'NO SHOW', 'RESCHEDULED')
    union all
    -- a note is written about contacts, not to them: only its author takes part
    select n._row_id, n._loaded_at, 'note:' || n.id, n.hubspot_owner_id, null, null, 'from', null
    from raw_hubspot.notes__latest as n
),
present as (
    select
        l._row_id, l._loaded_at, l.conversation_id, null as contact_id, trim(o.owner_id) as owner_id, l.our_role as role
    from logged as l, unnest(string_split(l.owner_ids, ';')) as o (owner_id)
    union all
    select l._row_id, l._loaded_at, l.conversation_id, trim(a.contact_id), null, l.their_role
    from logged as l, unnest(string_split(l.associated_contact_ids, ';')) as a (contact_id)
    union all
    select l._row_id, l._loaded_at, l.conversation_id, a.link ->> '$.id', null, l.their_role
    from
        logged as l,
        unnest(try_cast(try_cast(l.associations as json) ->> '$.contacts.results' as json[])) as a (link)
),
named as (
    select
        p._row_id, p._loaded_at, p.conversation_id, p.contact_id, coalesce(o.id, p.owner_id) as team_member_id, p.role
    from present as p
    left join owner_name as o on lower(p.owner_id) = o.name
    where coalesce(p.contact_id, p.owner_id) <> ''
)
select
    min(n._row_id) as _row_id,
    max(n._loaded_at) as _loaded_at,
    n.conversation_id || coalesce(':contact:' || n.contact_id, ':owner:' || n.team_member_id) as source_record_id,
    n.conversation_id,
    n.contact_id,
    n.team_member_id,
    min(n.role) as role
from named as n
group by n.conversation_id, n.contact_id, n.team_member_id

with owner_name as (
    select lower(trim(concat_ws(' ', o.first_name, o.last_name))) as name, min(o.id) as id
    from raw_hubspot.owners__latest as o
    group by all
    having count(*) = 1
),
known_address as (
    select lower(trim(c.email)) as address, min(c.id) as id
    from raw_hubspot.contacts__latest as c
    group by all
),
planned as (
    select
        m._row_id, m._loaded_at, 'meeting:' || m.id as id, m.hubspot_owner_id, m.hs_attendee_owner_ids,
        m.hs_guest_emails, m.associations, m.associated_contact_ids, m.archived, m.archived_at, m.updated_at
    from raw_hubspot.meetings__latest as m
    union all
    select
        a._row_id, a._loaded_at, 'appointment:' || a.id, a.hubspot_owner_id, null, null,
        a.associations, a.associated_contact_ids, a.archived, a.archived_at, a.updated_at
    from raw_hubspot.appointments__latest as a
),
asked as (
    select p.id, null as contact_id, trim(p.hubspot_owner_id) as owner_id, null as address, true as is_organizer
    from planned as p
    union all
    select p.id, null, trim(o.owner_id), null, false
    from planned as p, unnest(string_split(p.hs_attendee_owner_ids, ';')) as o (owner_id)
    union all
    select p.id, trim(a.contact_id), null, null, false
    from planned as p, unnest(string_split(p.associated_contact_ids, ';')) as a (contact_id)
    union all
    select p.id, a.link ->> '$.id', null, null, false
    from
        planned as p,
        unnest(try_cast(try_cast(p.associations as json) ->> '$.contacts.results' as json[])) as a (link)
    union all
    -- pages of the associations API: v4 gives the kind of link as a number, v3 as a word
    select 'meeting:' || a.id, coalesce(l.link ->> '$.toObjectId', l.link ->> '$.id'), null, null, false
    from raw_hubspot.associations__latest as a, unnest(try_cast(a.links as json[])) as l (link)
    where regexp_matches(cast(l.link as varchar), '"typeId": ?200\D|"meeting_event_to_contact')
    union all
    -- guests who are no contacts of the portal
    select p.id, null, null, lower(trim(g.address)), false
    from planned as p, unnest(string_split(p.hs_guest_emails, ';')) as g (address)
),
named as (
    select
        a.id, coalesce(o.id, a.owner_id) as team_member_id, coalesce(a.contact_id, k.id, a.address) as contact_id,
        max(a.address) as address, bool_or(a.is_organizer) as is_organizer
    from asked as a
    left join owner_name as o on lower(a.owner_id) = o.name
    left join known_address as k on a.address = k.address
    where coalesce(a.contact_id, a.owner_id, a.address) <> ''
    group by all
)
select
    p._row_id,
    p._loaded_at,
    n.id || coalesce(':contact:' || n.contact_id, ':owner:' || n.team_member_id) as source_record_id,
    n.id as appointment_id,
    n.contact_id,
    n.team_member_id,
    n.address,
    n.is_organizer,
    case when lower(p.archived) = 'true' then coalesce(p.archived_at, p.updated_at) end as source_deleted_at
from named as n
join planned as p on n.id = p.id

with owner_name as (
    select lower(trim(concat_ws(' ', o.first_name, o.last_name))) as name, min(o.id) as id
    from raw_hubspot.owners__latest as o
    group by all
    having count(*) = 1
),
logged as (
    select
        c.*,
        upper(c.hs_call_direction) = 'INBOUND' as is_in,
        case when lower(c.archived) = 'true' then coalesce(c.archived_at, c.updated_at) end as deleted_at
    from raw_hubspot.calls__latest as c
),
present as (
    select l.id, null as contact_id, trim(l.hubspot_owner_id) as owner_id
    from logged as l
    union all
    select l.id, trim(a.contact_id), null
    from logged as l, unnest(string_split(l.associated_contact_ids, ';')) as a (contact_id)
    union all
    select l.id, a.link ->> '$.id', null
    from
        logged as l,
        unnest(try_cast(try_cast(l.associations as json) ->> '$.contacts.results' as json[])) as a (link)
    union all
    -- pages of the associations API: v4 gives the kind of link as a number, v3 as a word
    select a.id, coalesce(l.link ->> '$.toObjectId', l.link ->> '$.id'), null
    from raw_hubspot.associations__latest as a, unnest(try_cast(a.links as json[])) as l (link)
    where regexp_matches(cast(l.link as varchar), '"typeId": ?194\D|"call_to_contact')
),
named as (
    select p.id, p.contact_id, coalesce(o.id, p.owner_id) as team_member_id
    from present as p
    left join owner_name as o on lower(p.owner_id) = o.name
    where coalesce(p.contact_id, p.owner_id) <> ''
    group by all
)
select
    l._row_id,
    l._loaded_at,
    'call:' || l.id || coalesce(':contact:' || n.contact_id, ':owner:' || n.team_member_id) as source_record_id,
    'call:' || l.id as conversation_id,
    n.contact_id,
    n.team_member_id,
    case when l.is_in = (n.contact_id is not null) then 'from' else 'to' end as role,
    l.deleted_at as source_deleted_at
from named as n
join logged as l on n.id = l.id

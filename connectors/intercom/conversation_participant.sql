with talk as (
    select
        c._row_id, c._loaded_at, c.id, try_cast(c.source as json) as source, c.contacts, c.teammates,
        c.admin_assignee_id, c.source_author_id, c.source_author_type
    from raw_intercom.conversations__latest as c
),
part as (
    select c.id, p.part, c._row_id, c._loaded_at
    from raw_intercom.conversations as c,
        unnest(try_cast(try_cast(c.conversation_parts as json) ->> '$.conversation_parts' as json[])) as p (part)
    union all
    select t.id, p.part, t._row_id, t._loaded_at
    from raw_intercom.tickets as t,
        unnest(try_cast(try_cast(t.ticket_parts as json) ->> '$.ticket_parts' as json[])) as p (part)
),
present as (
    select
        t._row_id, t._loaded_at, t.id, coalesce(t.source ->> '$.author.type', t.source_author_type) as kind,
        coalesce(t.source ->> '$.author.id', t.source_author_id) as who, t.source ->> '$.author.email' as address,
        'from' as role, 1 as place
    from talk as t
    union all
    select
        p._row_id, p._loaded_at, p.id, p.part ->> '$.author.type', p.part ->> '$.author.id',
        p.part ->> '$.author.email', 'from', 2
    from part as p
    union all
    select l._row_id, l._loaded_at, l.conversation_id, l.author_type, l.author_id, null, 'from', 3
    from raw_intercom.conversation_parts__latest as l
    where lower(coalesce(l.deleted, 'false')) <> 'true'
    union all
    -- who is in the conversation and wrote nothing was written to
    select t._row_id, t._loaded_at, t.id, 'contact', c.item ->> '$.id', null, 'to', 4
    from talk as t, unnest(try_cast(try_cast(t.contacts as json) ->> '$.contacts' as json[])) as c (item)
    union all
    select t._row_id, t._loaded_at, t.id, 'contact', c.item ->> '$.id', null, 'to', 5
    from raw_intercom.tickets__latest as t,
        unnest(try_cast(try_cast(t.contacts as json) ->> '$.contacts' as json[])) as c (item)
    union all
    select l._row_id, l._loaded_at, l.conversation_id, 'contact', l.contact_id, null, 'to', 6
    from raw_intercom.conversation_contacts__latest as l
    where lower(coalesce(l.active, 'true')) <> 'false'
    union all
    select t._row_id, t._loaded_at, t.id, 'admin', m.item ->> '$.id', null, 'to', 7
    from talk as t,
        unnest(try_cast(coalesce(
            try_cast(t.teammates as json) ->> '$.teammates', try_cast(t.teammates as json) ->> '$.admins'
        ) as json[])) as m (item)
    union all
    select t._row_id, t._loaded_at, t.id, 'admin', t.admin_assignee_id, null, 'to', 8 from talk as t
),
person as (
    select
        p._row_id, p._loaded_at, p.id, p.who, lower(p.address) as address, p.role, p.place,
        lower(p.kind) = 'admin' as is_admin
    from present as p
    where lower(p.kind) in ('user', 'lead', 'contact', 'admin') and p.who <> '0'
        and not coalesce(p.address like 'operator+%@intercom.io', false)
),
once as (
    select * from person
    qualify row_number() over (partition by id, who, is_admin order by place, _loaded_at, _row_id) = 1
)
select
    o._row_id,
    o._loaded_at,
    o.id || ':' || case when o.is_admin then 'admin:' else '' end || o.who as source_record_id,
    o.id as conversation_id,
    case when not o.is_admin then o.who end as contact_id,
    case when o.is_admin then o.who end as team_member_id,
    coalesce(o.address, lower(trim(c.email)), lower(trim(a.email))) as address,
    o.role
from once as o
left join raw_intercom.contacts__latest as c on o.who = c.id and not o.is_admin
left join raw_intercom.admins__latest as a on o.who = a.id and o.is_admin

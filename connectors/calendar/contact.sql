-- One contact per person's address seen in an event, named as most events name it.
with seen as (
    select
        e._row_id, e._loaded_at, e.event_key, coalesce(e.modified_at, e.created_at) as seen_at, e.created_at,
        a.person ->> '$.address' as address, a.person ->> '$.name' as name
    from raw_calendar.events__latest as e, unnest(cast(e.attendees as json[])) as a (person)
    where
        e.classification is null and a.person ->> '$.kind' = 'person' and a.person ->> '$.address' is not null
),

named as (
    select address, name, count(distinct event_key) as times, max(seen_at) as last_at
    from seen
    where name is not null
    group by address, name
),

best as (
    select address, name
    from named
    qualify row_number() over (partition by address order by times desc, last_at desc nulls last, name asc) = 1
),

one as (
    select
        address, arg_min(_row_id, coalesce(seen_at, '') || _row_id) as _row_id, max(_loaded_at) as _loaded_at,
        min(coalesce(created_at, seen_at)) as created_at, max(seen_at) as updated_at
    from seen
    group by address
)

select
    o._row_id,
    o._loaded_at,
    o.address as source_record_id,
    coalesce(b.name, o.address) as name,
    o.created_at,
    o.updated_at
from one as o
left join best as b on o.address = b.address

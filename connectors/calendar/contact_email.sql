-- The one address of each contact.
with seen as (
    select e._row_id, e._loaded_at, a.person ->> '$.address' as address
    from raw_calendar.events__latest as e, unnest(cast(e.attendees as json[])) as a (person)
    where
        e.classification is null and a.person ->> '$.kind' = 'person' and a.person ->> '$.address' is not null
)

select
    min(_row_id) as _row_id,
    max(_loaded_at) as _loaded_at,
    address || ':' || address as source_record_id,
    address as contact_id,
    address,
    'true' as is_primary
from seen
group by address

with written as (
    select c._row_id, c._loaded_at, c.id as contact_id, c.email, c.created_at
    from raw_chargebee.customers__latest as c
    union all
    select c._row_id, c._loaded_at, c.id || ':' || (t.one ->> '$.id'), t.one ->> '$.email', c.created_at
    from raw_chargebee.customers__latest as c, unnest(try_cast(try_cast(c.contacts as json) as json[])) as t (one)
)
select
    _row_id,
    _loaded_at,
    contact_id || ':' || lower(trim(email)) as source_record_id,
    contact_id,
    lower(trim(email)) as address,
    true as is_primary,
    coalesce(cast(to_timestamp(try_cast(created_at as decimal(11, 0))) at time zone 'UTC' as varchar), created_at)
        as created_at
from written
where trim(email) <> ''

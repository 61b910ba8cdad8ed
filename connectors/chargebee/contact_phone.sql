-- a number without an e-mail address belongs to no known person and stays the company's
with called as (
    select c._row_id, c._loaded_at, c.id as contact_id, c.email, c.phone, c.created_at
    from raw_chargebee.customers__latest as c
    union all
    select
        c._row_id, c._loaded_at, c.id || ':' || (t.one ->> '$.id'), t.one ->> '$.email', t.one ->> '$.phone',
        c.created_at
    from raw_chargebee.customers__latest as c, unnest(try_cast(try_cast(c.contacts as json) as json[])) as t (one)
)
select
    _row_id,
    _loaded_at,
    contact_id || ':' || trim(phone) as source_record_id,
    contact_id,
    trim(phone) as phone,
    'work' as phone_type,
    coalesce(cast(to_timestamp(try_cast(created_at as decimal(11, 0))) at time zone 'UTC' as varchar), created_at)
        as created_at
from called
where trim(email) <> '' and trim(phone) <> ''

with placed as (
    select c._row_id, c._loaded_at, c.id as contact_id, c.id as company_id, c.email, null as job_title, c.created_at
    from raw_chargebee.customers__latest as c
    union all
    select
        c._row_id, c._loaded_at, c.id || ':' || (t.one ->> '$.id'), c.id, t.one ->> '$.email', t.one ->> '$.label',
        c.created_at
    from raw_chargebee.customers__latest as c, unnest(try_cast(try_cast(c.contacts as json) as json[])) as t (one)
)
select
    _row_id,
    _loaded_at,
    contact_id as source_record_id,
    contact_id,
    company_id,
    nullif(trim(job_title), '') as job_title,
    true as is_primary,
    coalesce(cast(to_timestamp(try_cast(created_at as decimal(11, 0))) at time zone 'UTC' as varchar), created_at)
        as created_at
from placed
where trim(email) <> ''

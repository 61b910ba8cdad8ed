with said as (
    select
        c._row_id, c._loaded_at, c.id, c.created_at, true as is_primary,
        coalesce(
            try_cast(c.meta_data as json) ->> '$.website', try_cast(c.meta_data as json) ->> '$.domain', c.cf_website
        ) as address
    from raw_chargebee.customers__latest as c
    union all
    -- where the bill is sent is a hint only: identity leaves free-mail and shared domains out
    select c._row_id, c._loaded_at, c.id, c.created_at, false, split_part(trim(c.email), '@', 2)
    from raw_chargebee.customers__latest as c
),
cleaned as (
    select
        s._row_id, s._loaded_at, s.id, s.created_at, s.is_primary,
        regexp_replace(
            regexp_replace(lower(trim(s.address)), '^([a-z]+://)?(www\.)?', '', 'g'), '[:/?#].*$', '', 'g'
        ) as domain
    from said as s
)
select
    min(_row_id) as _row_id,
    max(_loaded_at) as _loaded_at,
    id || ':' || domain as source_record_id,
    id as company_id,
    domain,
    bool_or(is_primary) as is_primary,
    coalesce(
        cast(to_timestamp(try_cast(min(created_at) as decimal(11, 0))) at time zone 'UTC' as varchar), min(created_at)
    ) as created_at
from cleaned
where domain <> ''
group by id, domain

with said as (
    select
        c._row_id, c._loaded_at, c.id, c.created, true as is_primary,
        coalesce(
            try_cast(c.metadata as json) ->> '$.website', try_cast(c.metadata as json) ->> '$.domain',
            try_cast(c.metadata as json) ->> '$.company_domain', c.website, c.domain
        ) as address
    from raw_stripe.customers__latest as c
    union all
    -- where the bill is sent is a hint only: identity leaves free-mail and shared domains out
    select c._row_id, c._loaded_at, c.id, c.created, false, split_part(trim(c.email), '@', 2)
    from raw_stripe.customers__latest as c
),
cleaned as (
    select
        s._row_id, s._loaded_at, s.id, s.created, s.is_primary,
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
    coalesce(cast(to_timestamp(try_cast(min(created) as decimal(11, 0))) at time zone 'UTC' as varchar), min(created)) as created_at
from cleaned
where domain <> ''
group by id, domain

with said as (
    select c._row_id, c._loaded_at, c.id, c.web as address, true as is_primary
    from raw_planhat.companies__latest as c
    union all
    -- what the addresses of its people say: a hint only, identity leaves free-mail and shared domains out
    select c._row_id, c._loaded_at, c.id, d.address, false
    from
        raw_planhat.companies__latest as c,
        unnest(coalesce(try_cast(try_cast(c.domains as json) as varchar[]), string_split(c.domains, ','))) as d (address)
),
bare as (
    select
        s._row_id, s._loaded_at, s.id, s.is_primary,
        regexp_replace(
            regexp_replace(lower(trim(s.address)), '^([a-z]+://)?(www\.)?', '', 'g'), '[:/?#].*$', '', 'g'
        ) as domain
    from said as s
)
select
    min(b._row_id) as _row_id,
    max(b._loaded_at) as _loaded_at,
    b.id || ':' || b.domain as source_record_id,
    b.id as company_id,
    b.domain,
    bool_or(b.is_primary) as is_primary
from bare as b
where b.domain <> ''
group by b.id, b.domain

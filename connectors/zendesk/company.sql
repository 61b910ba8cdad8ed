with organization as (
    select
        o._row_id, o._loaded_at, o.custom, o.id, o.name, o.tags, o.created_at, o.updated_at, o.deleted_at,
        nullif(trim(o.external_id), '') as foreign_id
    from raw_zendesk.organizations__latest as o
)
select
    _row_id,
    _loaded_at,
    custom,
    id as source_record_id,
    case when foreign_id like '%:%' then foreign_id else '*:' || foreign_id end as external_id,
    trim(name) as name,
    nullif(regexp_replace(trim(regexp_replace(tags, '["\[\]]', ' ', 'g')), '[,\s]+', ';', 'g'), '') as tags,
    created_at,
    updated_at,
    deleted_at as source_deleted_at
from organization

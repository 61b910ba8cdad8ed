with listed as (
    select
        o._row_id, o._loaded_at, o.id, o.created_at, o.updated_at, o.deleted_at,
        regexp_replace(lower(trim(regexp_replace(o.domain_names, '["\[\]]', ' ', 'g'))), '[,;\s]+', ';', 'g') as domains
    from raw_zendesk.organizations__latest as o
),
split as (
    select
        l._row_id, l._loaded_at, l.id, l.created_at, l.updated_at, l.deleted_at,
        regexp_replace(d.domain, '^www\.', '', 'g') as domain,
        d.domain = split_part(l.domains, ';', 1) as is_primary
    from listed as l, unnest(string_split(l.domains, ';')) as d (domain)
)
select
    min(_row_id) as _row_id,
    max(_loaded_at) as _loaded_at,
    id || ':' || domain as source_record_id,
    id as company_id,
    domain,
    bool_or(is_primary) as is_primary,
    min(created_at) as created_at,
    max(updated_at) as updated_at,
    max(deleted_at) as source_deleted_at
from split
where domain <> ''
group by id, domain

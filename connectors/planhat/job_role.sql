with named as (
    select lower(trim(c.name)) as name, min(c.id) as id
    from raw_planhat.companies__latest as c
    group by all
    having count(*) = 1
),
placed as (
    select e.*, coalesce(e.company_id, n.id) as works_at
    from raw_planhat.endusers__latest as e
    left join named as n on lower(trim(e.company_name)) = n.name
)
select
    p._row_id,
    p._loaded_at,
    p.id || ':' || p.works_at as source_record_id,
    p.id as contact_id,
    p.works_at as company_id,
    p.position as job_title,
    coalesce(p.department, try_cast(p.custom_fields as json) ->> '$.Department') as department,
    true as is_primary,
    case when lower(p.archived) = 'true' then coalesce(p.updated_at, cast(p._loaded_at as varchar)) end
        as source_deleted_at
from placed as p
where p.works_at is not null

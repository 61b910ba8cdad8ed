with agent as (
    select
        u._row_id, u._loaded_at, u.custom, u.id, u.external_id, u.name, lower(trim(u.email)) as email,
        lower(u.role) as role, u.default_group_id, u.created_at, u.updated_at,
        lower(coalesce(u.active, 'true')) <> 'false' and lower(coalesce(u.suspended, 'false')) <> 'true' as is_active
    from raw_zendesk.users__latest as u
    where lower(u.role) in ('agent', 'admin')
)
select
    a._row_id,
    a._loaded_at,
    a.custom,
    a.id as source_record_id,
    a.external_id,
    coalesce(nullif(trim(a.name), ''), a.email) as name,
    a.email,
    a.role as roles,
    g.name as team,
    a.is_active,
    a.created_at,
    a.updated_at
from agent as a
left join raw_zendesk.groups__latest as g on a.default_group_id = g.id

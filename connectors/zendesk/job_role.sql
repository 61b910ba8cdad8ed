with end_user as (
    select u._row_id, u._loaded_at, u.id, u.organization_id, u.active, u.updated_at
    from raw_zendesk.users__latest as u
    where coalesce(lower(u.role), 'end-user') not in ('agent', 'admin')
)
select
    _row_id,
    _loaded_at,
    id || ':' || organization_id as source_record_id,
    id as contact_id,
    organization_id as company_id,
    true as is_primary,
    updated_at,
    case when lower(active) = 'false' then updated_at end as source_deleted_at
from end_user
where organization_id is not null

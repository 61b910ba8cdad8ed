with end_user as (
    select u._row_id, u._loaded_at, u.id, nullif(trim(u.phone), '') as phone, u.created_at, u.updated_at
    from raw_zendesk.users__latest as u
    where coalesce(lower(u.role), 'end-user') not in ('agent', 'admin')
)
select
    _row_id,
    _loaded_at,
    id || ':' || phone as source_record_id,
    id as contact_id,
    phone,
    created_at,
    updated_at
from end_user
where phone is not null

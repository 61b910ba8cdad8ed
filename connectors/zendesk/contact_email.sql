with asked as (
    select
        t._row_id, t._loaded_at,
        coalesce(t.requester_id, try_cast(t.requester as json) ->> '$.id') as contact_id,
        nullif(lower(trim(coalesce(t.requester_email, try_cast(t.requester as json) ->> '$.email'))), '') as address
    from raw_zendesk.tickets__latest as t
),
requester as (
    select a._row_id, a._loaded_at, a.contact_id, a.address
    from asked as a
    left join raw_zendesk.users__latest as u on a.contact_id = u.id
    where u.id is null and a.address is not null
    qualify row_number() over (partition by a.contact_id order by a._loaded_at desc, a._row_id asc) = 1
),
end_user as (
    select
        u._row_id, u._loaded_at, u.id as contact_id, nullif(lower(trim(u.email)), '') as address,
        u.created_at, u.updated_at
    from raw_zendesk.users__latest as u
    where coalesce(lower(u.role), 'end-user') not in ('agent', 'admin')
)
select
    _row_id,
    _loaded_at,
    contact_id || ':' || address as source_record_id,
    contact_id,
    address,
    true as is_primary,
    created_at,
    updated_at
from end_user
where address is not null
union all
select
    _row_id, _loaded_at, contact_id || ':' || address as source_record_id, contact_id, address, true as is_primary,
    null as created_at, null as updated_at
from requester

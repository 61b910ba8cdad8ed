with asked as (
    select
        t._row_id, t._loaded_at,
        coalesce(t.requester_id, try_cast(t.requester as json) ->> '$.id') as id,
        nullif(trim(coalesce(try_cast(t.requester as json) ->> '$.name', t.requester)), '') as name,
        nullif(lower(trim(coalesce(t.requester_email, try_cast(t.requester as json) ->> '$.email'))), '') as email
    from raw_zendesk.tickets__latest as t
),
-- a ticket list alone names its requesters: they are people too, as long as no user record says more
requester as (
    select a._row_id, a._loaded_at, a.id, coalesce(a.name, a.email) as name
    from asked as a
    left join raw_zendesk.users__latest as u on a.id = u.id
    where u.id is null and coalesce(a.name, a.email) is not null
    qualify row_number() over (partition by a.id order by a._loaded_at desc, a._row_id asc) = 1
),
end_user as (
    select
        u._row_id, u._loaded_at, u.custom, u.id, u.external_id, u.name, u.email, u.iana_time_zone, u.locale, u.tags,
        u.active, u.created_at, u.updated_at, nullif(trim(u.external_id), '') as foreign_id
    from raw_zendesk.users__latest as u
    where coalesce(lower(u.role), 'end-user') not in ('agent', 'admin')
)
select
    _row_id,
    _loaded_at,
    custom,
    id as source_record_id,
    case when foreign_id like '%:%' then foreign_id else '*:' || foreign_id end as external_id,
    coalesce(nullif(trim(name), ''), lower(trim(email))) as name,
    iana_time_zone as timezone,
    lower(split_part(locale, '-', 1)) as language,
    nullif(regexp_replace(trim(regexp_replace(tags, '["\[\]]', ' ', 'g')), '[,\s]+', ';', 'g'), '') as tags,
    created_at,
    updated_at,
    case when lower(active) = 'false' then updated_at end as source_deleted_at
from end_user
union all
select
    _row_id, _loaded_at, null as custom, id, null as external_id, name, null as timezone, null as language,
    null as tags, null as created_at, null as updated_at, null as source_deleted_at
from requester

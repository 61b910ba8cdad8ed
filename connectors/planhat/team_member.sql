with role as (
    select
        u.id,
        string_agg(coalesce(try_cast(r.item as json) ->> '$.name', trim(r.item)), ';' order by r.item) as roles
    from
        raw_planhat.users__latest as u,
        unnest(coalesce(try_cast(try_cast(u.roles as json) as varchar[]), string_split(u.roles, ','))) as r (item)
    -- a role that is only an id says nothing to a person
    where not regexp_matches(trim(r.item), '^[0-9a-f]{24}$')
    group by u.id
)
select
    u._row_id,
    u._loaded_at,
    nullif(json_merge_patch(coalesce(u.custom, '{}'), coalesce(try_cast(u.custom_fields as json), '{}')), '{}') as custom,
    u.id as source_record_id,
    coalesce(
        nullif(trim(concat_ws(' ', u.first_name, u.last_name)), ''), nullif(trim(u.nick_name), ''), lower(trim(u.email))
    ) as name,
    nullif(lower(trim(u.email)), '') as email,
    r.roles,
    try_cast(u.teams as json) ->> '$[0].name' as team,
    coalesce(lower(u.inactive), 'false') <> 'true' and coalesce(lower(u.removed), 'false') <> 'true' as is_active,
    coalesce(u.created_at, u.create_date) as created_at,
    u.updated_at,
    case when lower(u.removed) = 'true' then coalesce(u.updated_at, cast(u._loaded_at as varchar)) end
        as source_deleted_at
from raw_planhat.users__latest as u
left join role as r on u.id = r.id

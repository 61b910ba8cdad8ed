with named as (
    select lower(trim(c.name)) as name, min(c.id) as id
    from raw_planhat.companies__latest as c
    group by all
    having count(*) = 1
),
used as (
    -- an end user of whom Planhat counts no use is a business contact only
    select e.*, coalesce(e.company_id, n.id) as works_at
    from raw_planhat.endusers__latest as e
    left join named as n on lower(trim(e.company_name)) = n.name
    where
        e.last_active is not null
        or try_cast(e.beats_total as double) > 0
        or try_cast(e.beats as double) > 0
        or try_cast(e.experience as double) > 0
)
select
    u._row_id,
    u._loaded_at,
    u.id as source_record_id,
    u.id as contact_id,
    u.works_at as company_id,
    -- where the product's own id was not sent, Planhat tells users apart by their address
    coalesce(nullif(trim(u.external_id), ''), lower(trim(u.email))) as external_user_id,
    coalesce(nullif(trim(u.name), ''), nullif(trim(concat_ws(' ', u.first_name, u.last_name)), '')) as name,
    lower(trim(u.email)) as email,
    u.first_active as first_active_at,
    u.last_active as last_active_at,
    case when lower(u.archived) = 'true' then 'deactivated' when u.last_active is not null then 'active' end as status,
    u.updated_at,
    case when lower(u.archived) = 'true' then coalesce(u.updated_at, cast(u._loaded_at as varchar)) end
        as source_deleted_at
from used as u

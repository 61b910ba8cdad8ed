-- Users with an address at the companies their calls name; the newest company is the main one.
with said as (
    select
        i._row_id, i._loaded_at, nullif(trim(i.user_id), '') as user_id, nullif(trim(i.anonymous_id), '') as anonymous_id,
        try_cast(i.traits as json) as trait, try_cast(i.traits as json) ->> '$.email' as email,
        coalesce(
            try_cast(i.traits as json) ->> '$.company.id', try_cast(i.traits as json) ->> '$.companyId',
            try_cast(i.traits as json) ->> '$.company_id', try_cast(i.traits as json) ->> '$.groupId',
            try_cast(i.context as json) ->> '$.groupId'
        ) as company_id,
        coalesce(i.timestamp, i.original_timestamp, i.received_at, i.sent_at) as called_at
    from raw_product_usage.identifies__latest as i
    union all
    select
        u._row_id, u._loaded_at,
        -- in a table of identify calls `id` is the call's own id; in a list of users it is the user's
        nullif(trim(case when u.anonymous_id is null then coalesce(u.user_id, u.id) else u.user_id end), ''),
        nullif(trim(u.anonymous_id), ''), try_cast(u.custom as json), u.email, u.group_id,
        coalesce(u.timestamp, u.received_at)
    from raw_product_usage.users__latest as u
    union all
    -- to join an account tells the user's company
    select
        g._row_id, g._loaded_at, nullif(trim(g.user_id), ''), nullif(trim(g.anonymous_id), ''), null, null, g.group_id,
        coalesce(g.timestamp, g.original_timestamp, g.received_at, g.sent_at)
    from raw_product_usage.groups__latest as g
),

told as (
    -- `place` is text that sorts by time
    select
        s.*, coalesce(cast(try_cast(s.called_at as timestamptz) as varchar), '') || s._row_id as place,
        case when s.email like '%_@_%._%' then lower(trim(s.email)) end as address
    from said as s
),

companies as (
    select distinct group_id from raw_product_usage.groups__latest
    union
    select distinct group_id from raw_product_usage.accounts__latest
    union
    select try_cast(traits as json) ->> '$.company.id' from raw_product_usage.identifies__latest
    where try_cast(traits as json) ->> '$.company.name' <> ''
),

placed as (
    select
        t.user_id, t.company_id, max(t.place) as place, arg_max(t._row_id, t.place) as _row_id,
        max(t._loaded_at) as _loaded_at, arg_min(t.called_at, t.place) as created_at,
        arg_max(t.called_at, t.place) as updated_at
    from told as t
    inner join companies as c on t.company_id = c.group_id
    where t.user_id is not null
    group by t.user_id, t.company_id
),

person as (
    select
        user_id, count(address) as addresses,
        arg_max(coalesce(trait ->> '$.title', trait ->> '$.jobTitle', trait ->> '$.job_title'), place) filter (
            where coalesce(trait ->> '$.title', trait ->> '$.jobTitle', trait ->> '$.job_title') <> ''
        ) as job_title,
        arg_max(trait ->> '$.department', place) filter (where trait ->> '$.department' <> '') as department
    from told
    where user_id is not null
    group by user_id
)

select
    p._row_id,
    p._loaded_at,
    p.user_id || ':' || p.company_id as source_record_id,
    p.user_id as contact_id,
    p.company_id,
    o.job_title,
    o.department,
    row_number() over (partition by p.user_id order by p.place desc) = 1 as is_primary,
    p.created_at,
    p.updated_at
from placed as p
inner join person as o on p.user_id = o.user_id
where o.addresses > 0

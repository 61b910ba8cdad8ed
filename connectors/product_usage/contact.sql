-- Everybody known by an e-mail address: users by their id, others (who left it in a form) by the address.
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

known as (
    select
        coalesce(t.user_id, t.address) as id, t.address, t.place, t._row_id, t._loaded_at, t.called_at, t.trait,
        coalesce(t.trait ->> '$.firstName', t.trait ->> '$.first_name') as first_name,
        coalesce(t.trait ->> '$.lastName', t.trait ->> '$.last_name') as last_name
    from told as t
    -- an address that a user has is that user's
    left join told as u on t.user_id is null and t.address = u.address and u.user_id is not null
    where u.user_id is null and coalesce(t.user_id, t.address) is not null
),

one as (
    select
        id, arg_max(_row_id, place) as _row_id, max(_loaded_at) as _loaded_at,
        arg_max(address, place) filter (where address is not null) as address,
        arg_max(first_name, place) filter (where first_name <> '') as first_name,
        arg_max(last_name, place) filter (where last_name <> '') as last_name,
        arg_max(trait ->> '$.name', place) filter (where trait ->> '$.name' <> '') as name,
        arg_max(trait ->> '$.timezone', place) filter (where trait ->> '$.timezone' <> '') as timezone,
        arg_max(coalesce(trait ->> '$.language', trait ->> '$.locale'), place) filter (
            where coalesce(trait ->> '$.language', trait ->> '$.locale') <> ''
        ) as language,
        arg_max(coalesce(trait ->> '$.address.country', trait ->> '$.country'), place) filter (
            where coalesce(trait ->> '$.address.country', trait ->> '$.country') <> ''
        ) as country,
        arg_min(called_at, place) as created_at, arg_max(called_at, place) as updated_at
    from known
    group by id
    having count(address) > 0
)

select
    _row_id,
    _loaded_at,
    id as source_record_id,
    coalesce(name, nullif(trim(concat_ws(' ', first_name, last_name)), ''), address) as name,
    first_name,
    last_name,
    timezone,
    lower(split_part(replace(language, '_', '-'), '-', 1)) as language,
    country,
    created_at,
    updated_at
from one

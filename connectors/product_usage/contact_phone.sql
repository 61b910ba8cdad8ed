-- The newest telephone number of each user known by an e-mail address.
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

numbered as (
    select
        user_id, arg_max(trait ->> '$.phone', place) filter (where trait ->> '$.phone' <> '') as phone,
        arg_max(_row_id, place) as _row_id, max(_loaded_at) as _loaded_at, count(address) as addresses
    from told
    where user_id is not null
    group by user_id
)

select _row_id, _loaded_at, user_id || ':' || phone as source_record_id, user_id as contact_id, phone
from numbered
where phone is not null and addresses > 0

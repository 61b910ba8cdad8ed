-- One row per user id, with the newest value of each trait; also of users who are only seen doing something.
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
    select
        -- `place` is text that sorts by time
        s.*, coalesce(cast(try_cast(s.called_at as timestamptz) as varchar), '') || s._row_id as place,
        case when s.email like '%_@_%._%' then lower(trim(s.email)) end as address
    from said as s
),

acted as (
    select user_id, _row_id, _loaded_at from raw_product_usage.tracks__latest
    union all
    select user_id, _row_id, _loaded_at from raw_product_usage.events__latest
    union all
    select user_id, _row_id, _loaded_at from raw_product_usage.pages__latest
    union all
    select user_id, _row_id, _loaded_at from raw_product_usage.page_views__latest
    union all
    select user_id, _row_id, _loaded_at from raw_product_usage.screens__latest
),

only_acted as (
    select trim(a.user_id) as user_id, min(a._row_id) as _row_id, max(a._loaded_at) as _loaded_at
    from acted as a
    left join told as t on trim(a.user_id) = t.user_id
    where trim(a.user_id) <> '' and t.user_id is null
    group by trim(a.user_id)
),

stated as (
    select
        user_id, arg_max(_row_id, place) as _row_id, max(_loaded_at) as _loaded_at,
        arg_max(address, place) filter (where address is not null) as email,
        arg_max(company_id, place) filter (where company_id <> '') as company_id,
        arg_max(trait, place) filter (where trait is not null) as custom,
        arg_max(
            coalesce(
                trait ->> '$.name',
                concat_ws(
                    ' ', coalesce(trait ->> '$.firstName', trait ->> '$.first_name'),
                    coalesce(trait ->> '$.lastName', trait ->> '$.last_name')
                )
            ), place
        ) filter (where coalesce(trait ->> '$.name', trait ->> '$.firstName', trait ->> '$.first_name') <> '') as name,
        arg_max(trait ->> '$.plan', place) filter (where trait ->> '$.plan' <> '') as plan,
        arg_max(coalesce(trait ->> '$.createdAt', trait ->> '$.created_at'), place) filter (
            where coalesce(trait ->> '$.createdAt', trait ->> '$.created_at') <> ''
        ) as signed_up_at,
        arg_max(trait ->> '$.first_active_at', place) filter (where trait ->> '$.first_active_at' <> '')
            as first_active_at,
        arg_max(trait ->> '$.last_active_at', place) filter (where trait ->> '$.last_active_at' <> '') as last_active_at,
        lower(arg_max(trait ->> '$.status', place) filter (where trait ->> '$.status' <> '')) as status,
        arg_min(called_at, place) as created_at, arg_max(called_at, place) as updated_at
    from told
    where user_id is not null
    group by user_id
)

select
    _row_id, _loaded_at, user_id as source_record_id, user_id as external_user_id,
    -- known by the address: users without one are no contacts
    case when email is not null then user_id end as contact_id,
    company_id, email, name, plan, first_active_at, last_active_at, custom,
    -- seconds or milliseconds since 1970, or a date
    case
        when regexp_matches(signed_up_at, '^\d{13}$') then cast(to_timestamp(signed_up_at::bigint / 1000) as varchar)
        when regexp_matches(signed_up_at, '^\d{10}$') then cast(to_timestamp(signed_up_at::bigint) as varchar)
        else signed_up_at
    end as signed_up_at,
    -- a trait may hold any word; those that are no state of an account stay in `custom`
    case
        when status in ('invited', 'active', 'inactive', 'deactivated') then status
        when status in ('disabled', 'suspended', 'deleted', 'archived') then 'deactivated'
        when status in ('pending', 'invite_sent') then 'invited'
    end as status,
    created_at, updated_at
from stated
union all
select
    _row_id, _loaded_at, user_id as source_record_id, user_id as external_user_id, null as contact_id,
    null as company_id, null as email, null as name, null as plan, null as first_active_at, null as last_active_at,
    null as custom, null as signed_up_at, null as status, null as created_at, null as updated_at
from only_acted

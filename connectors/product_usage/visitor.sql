-- One row per anonymous id and whoever it turned out to be, by the first call that names both.
with call as (
    select _row_id, _loaded_at, anonymous_id, user_id, try_cast(traits as json) ->> '$.email' as email,
        coalesce(timestamp, original_timestamp, received_at, sent_at) as called_at
    from raw_product_usage.identifies__latest
    union all
    select _row_id, _loaded_at, anonymous_id, case when anonymous_id is not null then user_id end, email,
        coalesce(timestamp, received_at)
    from raw_product_usage.users__latest
    union all
    select _row_id, _loaded_at, anonymous_id, user_id, null, coalesce(timestamp, original_timestamp, received_at, sent_at)
    from raw_product_usage.tracks__latest
    union all
    select _row_id, _loaded_at, anonymous_id, user_id, null, coalesce(timestamp, original_timestamp, received_at, sent_at)
    from raw_product_usage.pages__latest
    union all
    select _row_id, _loaded_at, anonymous_id, user_id, null, coalesce(timestamp, original_timestamp, received_at, sent_at)
    from raw_product_usage.screens__latest
    union all
    select _row_id, _loaded_at, anonymous_id, user_id, null, coalesce(timestamp, received_at)
    from raw_product_usage.events__latest
    union all
    select _row_id, _loaded_at, anonymous_id, user_id, null, coalesce(timestamp, received_at)
    from raw_product_usage.page_views__latest
),

-- an alias joins an anonymous id to a user, or an old user id to a new one: the latter is no visitor
named as (
    select * from call
    union all
    select a._row_id, a._loaded_at, a.previous_id, a.user_id, null,
        coalesce(a.timestamp, a.original_timestamp, a.received_at, a.sent_at)
    from raw_product_usage.aliases__latest as a
    where a.previous_id not in (select user_id from call where user_id is not null)
),

who as (
    select
        trim(anonymous_id) as anonymous_id, nullif(trim(user_id), '') as user_id,
        case when coalesce(trim(user_id), '') = '' and email like '%_@_%._%' then lower(trim(email)) end as address,
        _row_id, _loaded_at, called_at, coalesce(cast(try_cast(called_at as timestamptz) as varchar), '') || _row_id as place
    from named
    where trim(anonymous_id) <> ''
),

addressed as (
    select distinct trim(user_id) as user_id from call where email like '%_@_%._%' and trim(user_id) <> ''
    union
    select distinct trim(coalesce(user_id, id)) from raw_product_usage.users__latest
    where anonymous_id is null and email like '%_@_%._%'
),

pair as (
    select
        anonymous_id, user_id, address, arg_min(_row_id, place) as _row_id, max(_loaded_at) as _loaded_at,
        arg_min(called_at, place) as first_at, max(coalesce(user_id, address)) over (partition by anonymous_id) as somebody
    from who
    group by anonymous_id, user_id, address
)

select
    p._row_id,
    p._loaded_at,
    p.anonymous_id || coalesce(':' || coalesce(p.user_id, p.address), '') as source_record_id,
    p.anonymous_id,
    coalesce(a.user_id, p.address) as contact_id,
    p.user_id as product_user_id,
    case when coalesce(p.user_id, p.address) is not null then p.first_at end as identified_at
from pair as p
left join addressed as a on p.user_id = a.user_id
-- who was nobody at first and became somebody is one row
where p.somebody is null or coalesce(p.user_id, p.address) is not null

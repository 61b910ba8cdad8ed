-- One act in the product per track call, row of an event table, or screen of an app.
-- What people do before or beside the product is a signal: the names listed here are those of signal.sql.
with act as (
    select
        _row_id, _loaded_at, message_id, user_id, anonymous_id, event, properties,
        try_cast(context as json) ->> '$.groupId' as group_id, try_cast(properties as json) ->> '$.usage_weight' as weight,
        coalesce(timestamp, original_timestamp, received_at, sent_at) as called_at, received_at
    from raw_product_usage.tracks__latest
    union all
    select
        _row_id, _loaded_at, message_id, user_id, anonymous_id, coalesce(event_text, event), coalesce(properties, custom),
        coalesce(group_id, try_cast(context as json) ->> '$.groupId'), weight,
        coalesce(timestamp, original_timestamp, received_at, sent_at), received_at
    from raw_product_usage.events__latest
    union all
    select
        _row_id, _loaded_at, message_id, user_id, anonymous_id, 'Viewed ' || coalesce(name, 'unnamed') || ' screen',
        properties, try_cast(context as json) ->> '$.groupId', null,
        coalesce(timestamp, original_timestamp, received_at, sent_at), received_at
    from raw_product_usage.screens__latest
),

used as (
    select
        a.*, try_cast(a.properties as json) as property,
        coalesce(
            a.message_id, 'without-id:' || md5(concat_ws(chr(31), a.user_id, a.anonymous_id, a.event, a.called_at, a.properties))
        ) as act_key
    from act as a
    where
        try_cast(a.properties as json) ->> '$.signal_type' is null
        and not regexp_matches(
            coalesce(regexp_replace(lower(trim(a.event)), '[^a-z0-9]+', '_', 'g'), ''),
            '^('
            || '([a-z0-9]+_)*form_(submitted|filled|completed)|(demo|trial|contact|quote|callback)_requested|lead_(captured|generated|submitted)'
            || '|(file|content|white_?paper|e_?book|guide|brochure|template|checklist|case_study|data_?sheet|resource)_downloaded'
            || '|(event|webinar|workshop|meetup)_(registered|registration|signed_up)|registered_for_(event|webinar|workshop)'
            || '|(event|webinar|workshop|meetup)_attended|attended_(event|webinar|workshop)'
            || '|(assessment|self_assessment|quiz)_(completed|submitted|finished)'
            || '|newsletter_(subscribed|signed_up|opened|clicked)|email_(opened|link_clicked)'
            || '|email_replied|reply_received'
            || '|social_[a-z0-9_]+|post_(liked|shared|commented)'
            || '|referral_(made|sent|submitted)|(friend|colleague|customer)_referred'
            || '|review_(posted|submitted|published|left)'
            || '|(upgrade|seats|more_seats|plan_upgrade)_requested'
            || '|([a-z0-9]+_)*milestone_reached'
            || '|(content|article|video|blog_post|case_study|story)_(viewed|read|watched|completed)'
            || ')$'
        )
),

placed as (
    select u.*, row_number() over (partition by act_key order by received_at, _row_id) as place from used as u
)

select
    _row_id,
    _loaded_at,
    act_key || case when message_id is null and place > 1 then '#' || cast(place as varchar) else '' end
        as source_record_id,
    nullif(trim(event), '') as event_name,
    case
        when regexp_matches(called_at, '^\d{13}$') then cast(to_timestamp(called_at::bigint / 1000) as varchar)
        when regexp_matches(called_at, '^\d{10}$') then cast(to_timestamp(called_at::bigint) as varchar)
        else called_at
    end as occurred_at,
    nullif(trim(user_id), '') as external_user_id,
    nullif(trim(user_id), '') as product_user_id,
    coalesce(group_id, property ->> '$.groupId', property ->> '$.company_id') as company_id,
    -- things of other systems: <source>:<id>
    case when property ->> '$.asset_id' like '%_:_%' then property ->> '$.asset_id' end as asset_id,
    case when property ->> '$.project_id' like '%_:_%' then property ->> '$.project_id' end as project_id,
    case when regexp_matches(weight, '^\d+(\.\d+)?$') then weight end as weight,
    property as properties
from placed
-- a call sent twice has the same id; two acts that say the same and have none are two
where message_id is null or place = 1

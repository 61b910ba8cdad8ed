-- One signal per page seen, and per track call whose name is one of those below or that says its `signal_type` itself.
-- The names of track calls listed here stand in usage_event.sql too: those are no use of the product.
with call as (
    select
        'page' as kind, _row_id, _loaded_at, message_id, user_id, anonymous_id, name, category,
        try_cast(properties as json) as property, try_cast(context as json) as setting, null as group_id,
        coalesce(timestamp, original_timestamp, received_at, sent_at) as called_at, received_at,
        null as url, null as path, null as campaign
    from raw_product_usage.pages__latest
    union all
    select
        'page', _row_id, _loaded_at, message_id, user_id, anonymous_id, coalesce(title, name), category,
        try_cast(custom as json), null, group_id, coalesce(timestamp, received_at), received_at, url, path,
        context_campaign_name
    from raw_product_usage.page_views__latest
    union all
    select
        'track', _row_id, _loaded_at, message_id, user_id, anonymous_id, event, null, try_cast(properties as json),
        try_cast(context as json), null, coalesce(timestamp, original_timestamp, received_at, sent_at), received_at,
        null, null, null
    from raw_product_usage.tracks__latest
    union all
    select
        'track', _row_id, _loaded_at, message_id, user_id, anonymous_id, coalesce(event_text, event), null,
        try_cast(coalesce(properties, custom) as json), try_cast(context as json), group_id,
        coalesce(timestamp, original_timestamp, received_at, sent_at), received_at, null, null, null
    from raw_product_usage.events__latest
),

said as (
    select
        c.* exclude (url, campaign), regexp_replace(lower(trim(c.name)), '[^a-z0-9]+', '_', 'g') as word,
        coalesce(c.url, c.property ->> '$.url', c.setting ->> '$.page.url') as url,
        coalesce(c.campaign, c.setting ->> '$.campaign.name', c.property ->> '$.campaign') as campaign,
        lower(concat_ws('/', '', c.category, coalesce(c.path, c.property ->> '$.path', c.url))) as place_seen
    from call as c
),

typed as (
    select
        s.*,
        case
            when s.property ->> '$.signal_type' is not null then s.property ->> '$.signal_type'
            when s.kind = 'page' and regexp_matches(
                s.place_seen,
                '/(blog|articles?|guides?|stories|story|case-stud(y|ies)|webinars?|whitepapers?|resources?|docs?|help|learn)(/|$)'
            ) then 'content_view'
            when s.kind = 'page' then 'page_view'
            when regexp_matches(s.word, '^(([a-z0-9]+_)*form_(submitted|filled|completed)|(demo|trial|contact|quote|callback)_requested|lead_(captured|generated|submitted))$') then 'form_fill'
            when regexp_matches(s.word, '^((file|content|white_?paper|e_?book|guide|brochure|template|checklist|case_study|data_?sheet|resource)_downloaded)$') then 'download'
            when regexp_matches(s.word, '^((event|webinar|workshop|meetup)_(registered|registration|signed_up)|registered_for_(event|webinar|workshop))$') then 'event_registration'
            when regexp_matches(s.word, '^((event|webinar|workshop|meetup)_attended|attended_(event|webinar|workshop))$') then 'event_attendance'
            when regexp_matches(s.word, '^((assessment|self_assessment|quiz)_(completed|submitted|finished))$') then 'assessment'
            when regexp_matches(s.word, '^(newsletter_(subscribed|signed_up|opened|clicked)|email_(opened|link_clicked))$') then 'newsletter'
            when regexp_matches(s.word, '^(email_replied|reply_received)$') then 'reply'
            when regexp_matches(s.word, '^(social_[a-z0-9_]+|post_(liked|shared|commented))$') then 'social'
            when regexp_matches(s.word, '^(referral_(made|sent|submitted)|(friend|colleague|customer)_referred)$') then 'referral'
            when regexp_matches(s.word, '^(review_(posted|submitted|published|left))$') then 'review'
            when regexp_matches(s.word, '^((upgrade|seats|more_seats|plan_upgrade)_requested)$') then 'expansion_request'
            when regexp_matches(s.word, '^(([a-z0-9]+_)*milestone_reached)$') then 'product_milestone'
            when regexp_matches(s.word, '^((content|article|video|blog_post|case_study|story)_(viewed|read|watched|completed))$') then 'content_view'
        end as signal_type
    from said as s
),

keyed as (
    select
        t.*, t.kind || ':' || coalesce(
            t.message_id,
            'without-id:' || md5(concat_ws(chr(31), t.user_id, t.anonymous_id, t.name, t.called_at, cast(t.property as varchar)))
        ) as act_key
    from typed as t
    where t.signal_type is not null
),

placed as (
    select k.*, row_number() over (partition by act_key order by received_at, _row_id) as place from keyed as k
),

-- users with an address are contacts
addressed as (
    select distinct trim(user_id) as user_id from raw_product_usage.identifies__latest
    where try_cast(traits as json) ->> '$.email' like '%_@_%._%'
    union
    select distinct trim(coalesce(user_id, id)) from raw_product_usage.users__latest where email like '%_@_%._%'
)

select
    p._row_id,
    p._loaded_at,
    p.act_key || case when p.message_id is null and p.place > 1 then '#' || cast(p.place as varchar) else '' end
        as source_record_id,
    p.signal_type,
    coalesce(a.user_id, lower(p.property ->> '$.email')) as contact_id,
    coalesce(p.group_id, p.setting ->> '$.groupId', p.property ->> '$.groupId', p.property ->> '$.company_id') as company_id,
    nullif(trim(p.anonymous_id), '') as anonymous_id,
    coalesce(p.property ->> '$.topic', p.category) as topic,
    coalesce(p.property ->> '$.title', p.name) as title,
    p.property ->> '$.strength' as strength,
    case
        when regexp_matches(p.called_at, '^\d{13}$') then cast(to_timestamp(p.called_at::bigint / 1000) as varchar)
        when regexp_matches(p.called_at, '^\d{10}$') then cast(to_timestamp(p.called_at::bigint) as varchar)
        else p.called_at
    end as occurred_at,
    p.url,
    p.campaign,
    p.property as properties
from placed as p
left join addressed as a on trim(p.user_id) = a.user_id
where p.message_id is null or p.place = 1

with conversation as (
    select
        c._row_id, c._loaded_at, c.custom, c.id, c.title, c.state, c.created_at, c.updated_at, c.tags,
        try_cast(c.company as json) ->> '$.id' as company_id, t.id as ticket_id,
        coalesce(try_cast(c.source as json) ->> '$.type', c.source_type) as channel,
        coalesce(try_cast(c.source as json) ->> '$.delivered_as', c.source_delivered_as) as delivered_as,
        coalesce(try_cast(c.source as json) ->> '$.subject', c.source_subject) as source_subject,
        coalesce(try_cast(c.source as json) ->> '$.body', c.source_body) as source_body,
        case when c.state = 'closed' then try_cast(c.statistics as json) ->> '$.last_close_at' end as closed_at
    from raw_intercom.conversations__latest as c
    left join raw_intercom.tickets__latest as t on c.id = t.id
    union all
    -- a ticket that no exported conversation became is a talk of its own
    select
        t._row_id, t._loaded_at, null, t.id, t._default_title, null, t.created_at, t.updated_at, null,
        t.company_id, t.id as ticket_no, 'ticket', null, null, t._default_description, null
    from raw_intercom.tickets__latest as t
    left join raw_intercom.conversations__latest as c on t.id = c.id
    where c.id is null
),
tagged as (
    select c.id, t.tag ->> '$.name' as name
    from conversation as c, unnest(try_cast(try_cast(c.tags as json) ->> '$.tags' as json[])) as t (tag)
    union all
    select t.conversation_id, n.name
    from raw_intercom.conversation_tags__latest as t
    join raw_intercom.tag_table__latest as n on t.tag_id = n.id
    where lower(coalesce(t.active, 'true')) <> 'false' and lower(coalesce(n.deleted, 'false')) <> 'true'
),
labelled as (
    select t.id, string_agg(distinct trim(t.name), ';' order by trim(t.name)) as tags
    from tagged as t
    group by t.id
),
plain as (
    select
        c.*,
        regexp_replace(coalesce(nullif(trim(c.title), ''), c.source_subject), '<[^>]*>', '', 'g') as subject_text,
        regexp_replace(c.source_body, '<[^>]*>', ' ', 'g') as body_text
    from conversation as c
),
told as (
    select
        p.*,
        trim(replace(replace(replace(replace(replace(p.subject_text, '&lt;', '<'), '&gt;', '>'), '&#39;', ''''),
            '&quot;', '"'), '&amp;', '&')) as subject,
        trim(regexp_replace(replace(replace(replace(replace(replace(replace(p.body_text, '&nbsp;', ' '), '&lt;', '<'),
            '&gt;', '>'), '&#39;', ''''), '&quot;', '"'), '&amp;', '&'), '\s+', ' ', 'g')) as words
    from plain as p
)
select
    t._row_id,
    t._loaded_at,
    t.custom,
    t.id as source_record_id,
    t.company_id,
    t.ticket_id,
    case
        when t.ticket_id is not null then 'ticket'
        when t.channel = 'conversation' then 'chat'
        when t.channel in ('phone_call', 'phone_switch') then 'call'
        else coalesce(t.channel, 'chat')
    end as conversation_type,
    nullif(t.subject, '') as subject,
    nullif(substr(t.words, 1, 200), '') as snippet,
    case when regexp_matches(t.created_at, '^\d{1,11}$')
        then epoch_ms(t.created_at::bigint * 1000)::varchar else t.created_at end as started_at,
    case when regexp_matches(t.closed_at, '^\d{1,11}$')
        then epoch_ms(t.closed_at::bigint * 1000)::varchar else t.closed_at end as ended_at,
    case
        when t.delivered_as = 'customer_initiated' then 'in'
        when t.delivered_as is not null then 'out'
    end as direction,
    -- a snoozed conversation waits for the day it wakes
    coalesce(t.state <> 'closed', k.open = 'true') as is_open,
    l.tags,
    case when regexp_matches(t.updated_at, '^\d{1,11}$')
        then epoch_ms(t.updated_at::bigint * 1000)::varchar else t.updated_at end as updated_at
from told as t
left join labelled as l on t.id = l.id
left join raw_intercom.tickets__latest as k on t.id = k.id

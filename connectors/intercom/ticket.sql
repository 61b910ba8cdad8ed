with step as (
    select t.id, p.part ->> '$.ticket_state' as state, p.part ->> '$.created_at' as changed_at
    from raw_intercom.tickets as t,
        unnest(try_cast(try_cast(t.ticket_parts as json) ->> '$.ticket_parts' as json[])) as p (part)
    where p.part ->> '$.part_type' like 'ticket_state_updated%'
),
solved as (
    select s.id, max(s.changed_at::bigint) as solved_at
    from step as s
    where s.state = 'resolved' and regexp_matches(s.changed_at, '^\d{1,11}$')
    group by s.id
),
talk as (
    select
        c.id, coalesce(try_cast(c.source as json) ->> '$.type', c.source_type) as channel, c.title,
        try_cast(c.statistics as json) as statistics
    from raw_intercom.conversations__latest as c
),
ticket as (
    select
        t._row_id, t._loaded_at, t.custom, t.id, t.company_id, t.created_at, t.updated_at, t.open, k.channel,
        coalesce(nullif(trim(t._default_title), ''), nullif(trim(k.title), '')) as title,
        -- descriptions are HTML: paragraphs become lines, other tags go
        regexp_replace(
            regexp_replace(t._default_description, '<(br|/p|/li|/div|/h\d)[^>]*>', chr(10), 'gi'), '<[^>]*>', '', 'g'
        ) as plain,
        try_cast(t.contacts as json) ->> '$.contacts[0].id' as requester_id,
        nullif(t.admin_assignee_id, '0') as assignee_id, try_cast(t.ticket_type as json) ->> '$.name' as category,
        lower(coalesce(try_cast(t.ticket_state as json) ->> '$.category', t.ticket_state)) as state, s.solved_at,
        k.statistics ->> '$.first_admin_reply_at' as first_reply, k.statistics ->> '$.count_reopens' as reopen_count
    from raw_intercom.tickets__latest as t
    left join solved as s on t.id = s.id
    left join talk as k on t.id = k.id
),
told as (
    select
        t.*,
        nullif(trim(replace(replace(replace(replace(replace(replace(
            t.plain, '&nbsp;', ' '), '&lt;', '<'), '&gt;', '>'), '&#39;', ''''), '&quot;', '"'), '&amp;', '&'
        ), chr(10) || chr(13) || ' '), '') as description
    from ticket as t
)
select
    _row_id,
    _loaded_at,
    custom,
    id as source_record_id,
    company_id,
    requester_id,
    assignee_id,
    coalesce(title, nullif(trim(substr(description, 1, 80)), ''), '(no subject)') as subject,
    description,
    case state
        when 'submitted' then 'new'
        when 'in_progress' then 'open'
        when 'waiting_on_customer' then 'pending'
        when 'on_hold' then 'hold'
        when 'resolved' then 'solved'
        else state
    end as status,
    category,
    case channel when 'conversation' then 'chat' else channel end as channel,
    case when regexp_matches(created_at, '^\d{1,11}$')
        then epoch_ms(created_at::bigint * 1000)::varchar else created_at end as opened_at,
    case when regexp_matches(first_reply, '^\d{1,11}$')
        then epoch_ms(first_reply::bigint * 1000)::varchar else first_reply end as first_replied_at,
    epoch_ms(solved_at * 1000)::varchar as solved_at,
    reopen_count,
    case when regexp_matches(created_at, '^\d{1,11}$')
        then epoch_ms(created_at::bigint * 1000)::varchar else created_at end as created_at,
    case when regexp_matches(updated_at, '^\d{1,11}$')
        then epoch_ms(updated_at::bigint * 1000)::varchar else updated_at end as updated_at
from told

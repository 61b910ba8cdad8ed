with talk as (
    select c.*, try_cast(c.source as json) as origin from raw_intercom.conversations__latest as c
),
opened as (
    select
        t.id as conversation_id, 'source' as part_id, t.created_at, coalesce(t.origin ->> '$.body', t.source_body) as body,
        coalesce(t.origin ->> '$.author.type', t.source_author_type) as author_type,
        coalesce(t.origin ->> '$.author.id', t.source_author_id) as author_id,
        t.origin ->> '$.author.email' as author_email, t.origin ->> '$.attachments' as attachments,
        coalesce(t.origin ->> '$.delivered_as', t.source_delivered_as) as kind, t._row_id, t._loaded_at
    from talk as t
),
-- every version: a list or a search comes without the parts that the conversation itself had
part as (
    select c.id as conversation_id, p.part, c._row_id, c._loaded_at
    from raw_intercom.conversations as c,
        unnest(try_cast(try_cast(c.conversation_parts as json) ->> '$.conversation_parts' as json[])) as p (part)
    union all
    select t.id, p.part, t._row_id, t._loaded_at
    from raw_intercom.tickets as t,
        unnest(try_cast(try_cast(t.ticket_parts as json) ->> '$.ticket_parts' as json[])) as p (part)
),
told as (
    select * from opened
    union all
    select
        conversation_id, part ->> '$.id', part ->> '$.created_at', part ->> '$.body', part ->> '$.author.type',
        part ->> '$.author.id', part ->> '$.author.email', part ->> '$.attachments', part ->> '$.part_type',
        _row_id, _loaded_at
    from part
    union all
    select
        l.conversation_id, l.id, l.created_at, l.body, l.author_type, l.author_id, null, null, l.part_type,
        l._row_id, l._loaded_at
    from raw_intercom.conversation_parts__latest as l
    where lower(coalesce(l.deleted, 'false')) <> 'true'
),
-- a ticket that was a conversation keeps its id and its parts; what arrived last knows of later redactions
newest as (
    select * from told
    qualify row_number() over (partition by conversation_id, part_id order by _loaded_at desc, _row_id asc) = 1
),
-- bodies are HTML: paragraphs become lines, other tags go
plain as (
    select
        n.*, coalesce(n.attachments, '[]') not in ('[]', '') as has_attachments,
        regexp_replace(regexp_replace(n.body, '<(br|/p|/li|/div|/h\d)[^>]*>', chr(10), 'gi'), '<[^>]*>', '', 'g') as text
    from newest as n
),
written as (
    select
        p.*,
        nullif(trim(replace(replace(replace(replace(replace(replace(
            p.text, '&nbsp;', ' '), '&lt;', '<'), '&gt;', '>'), '&#39;', ''''), '&quot;', '"'), '&amp;', '&'
        ), chr(10) || chr(13) || ' '), '') as said,
        lower(p.author_type) in ('user', 'lead', 'contact') as is_contact,
        lower(p.author_type) = 'admin' and not coalesce(p.author_email like 'operator+%@intercom.io', false) as is_admin
    from plain as p
)
select
    _row_id,
    _loaded_at,
    conversation_id || ':' || part_id as source_record_id,
    conversation_id,
    case when regexp_matches(created_at, '^\d{1,11}$')
        then epoch_ms(created_at::bigint * 1000)::varchar else created_at end as sent_at,
    case when is_contact then author_id end as author_contact_id,
    case when is_admin then author_id end as author_team_member_id,
    said as body,
    coalesce(kind, '') not like '%note%' as is_public,
    -- bots, and what goes out by itself to many, is written by no person
    not (is_contact or is_admin)
        or coalesce(kind, '') in ('automated', 'operator_initiated', 'campaigns_initiated') as is_automatic,
    has_attachments
from written
-- a part without words is an event: assigned, closed, snoozed …
where said is not null or has_attachments

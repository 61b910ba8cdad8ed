with named as (
    select lower(trim(c.name)) as name, min(c.id) as id
    from raw_planhat.companies__latest as c
    group by all
    having count(*) = 1
),
logged as (
    -- notes are objects of their own
    select
        c._row_id, c._loaded_at, c.custom, c.custom_fields, c.id, c.company_id, c.company_name,
        -- Planhat's own kinds; a workspace's keep their names
        case when lower(trim(c.type)) in ('email', 'chat', 'call', 'ticket') then lower(trim(c.type)) else trim(c.type) end as kind,
        c.subject, c.snippet, c.description, coalesce(c.date, c.out_date, c.created_at, c.create_date) as began,
        c.sender, c.endusers, c.is_open, c.number_of_parts, c.has_attachments, coalesce(c.tags, c.activity_tags) as tags,
        c.task_id, case when lower(c.type) = 'ticket' then c.id else c.ticket_id end as ticket_id,
        coalesce(c.created_at, c.create_date) as created_at, c.updated_at
    from raw_planhat.conversations__latest as c
    where coalesce(lower(trim(c.type)), 'note') <> 'note'
    union all
    -- a ticket that was listed with the conversations as well is told there
    select
        t._row_id, t._loaded_at, null, null, t.id, t.company_id, t.company_name, 'ticket', t.subject, t.snippet, t.description,
        coalesce(t.date, t.created_at, t.create_date), t.endusers as sender, t.endusers, t.is_open, t.number_of_parts, null, t.tags, null,
        t.id as ticket_id, coalesce(t.created_at, t.create_date), t.updated_at
    from raw_planhat.tickets__latest as t
    left join raw_planhat.conversations__latest as c on t.id = c.id
    where c.id is null
),
plain as (
    -- bodies are HTML: paragraphs become lines, other tags go
    select
        l.*,
        coalesce(try_cast(l.sender as json) ->> '$[0].id', try_cast(l.sender as json) ->> '$[0]._id') as sender_id,
        regexp_replace(regexp_replace(l.description, '<(br|/p|/li|/div)[^>]*>', chr(10), 'g'), '<[^>]*>', '', 'g') as bare
    from logged as l
),
told as (
    select p.*, nullif(trim(replace(replace(p.bare, '&nbsp;', ' '), '&amp;', '&'), chr(10) || ' '), '') as text
    from plain as p
)
select
    t._row_id,
    t._loaded_at,
    nullif(json_merge_patch(coalesce(t.custom, '{}'), coalesce(try_cast(t.custom_fields as json), '{}')), '{}') as custom,
    t.id as source_record_id,
    coalesce(t.company_id, n.id) as company_id,
    t.kind as conversation_type,
    t.subject,
    coalesce(nullif(trim(t.snippet), ''), substr(t.text, 1, 200)) as snippet,
    t.text as body,
    t.began as started_at,
    case when e.id is not null then 'in' when u.id is not null then 'out' end as direction,
    t.is_open,
    t.number_of_parts as message_count,
    t.has_attachments,
    nullif(coalesce(array_to_string(try_cast(try_cast(t.tags as json) as varchar[]), ';'), replace(t.tags, ', ', ';')), '')
        as tags,
    t.task_id,
    t.ticket_id,
    t.created_at,
    t.updated_at
from told as t
left join raw_planhat.endusers__latest as e on t.sender_id = e.id
left join raw_planhat.users__latest as u on t.sender_id = u.id
left join named as n on lower(trim(t.company_name)) = n.name

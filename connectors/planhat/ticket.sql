with named as (
    select lower(trim(c.name)) as name, min(c.id) as id
    from raw_planhat.companies__latest as c
    group by all
    having count(*) = 1
),
numbered as (
    select c.external_id, min(c.id) as id from raw_planhat.companies__latest as c group by c.external_id having count(*) = 1
),
asked as (
    select
        t._row_id, t._loaded_at, t.custom, t.custom_fields, t.id, t.source, t.source_id, t.company_id, t.company_name,
        t.company_external_id, t.subject, t.description, t.snippet, t.email, t.agent_email, t.assignee_id, t.endusers, t.users,
        t.status, t.priority, t.severity, case when lower(t.type) <> 'ticket' then t.type end as category, t.tags, t.is_open,
        coalesce(t.date, t.created_at, t.create_date) as opened_at, t.solved_at,
        coalesce(t.created_at, t.create_date) as created_at, t.updated_at
    from raw_planhat.tickets__latest as t
    union all
    select
        c._row_id, c._loaded_at, c.custom, c.custom_fields, c.id, null, c.source_id, c.company_id, c.company_name,
        null, c.subject, c.description, c.snippet, null, null, null, c.endusers, c.users,
        null, null, null, null, c.tags, c.is_open, coalesce(c.date, c.created_at, c.create_date), null,
        coalesce(c.created_at, c.create_date), c.updated_at
    from raw_planhat.conversations__latest as c
    left join raw_planhat.tickets__latest as t on c.id = t.id
    where lower(trim(c.type)) = 'ticket' and t.id is null
),
worded as (
    select
        a.*, regexp_replace(lower(a.status), '[^a-z]', '', 'g') as word, lower(trim(a.priority)) as urgency,
        try_cast(a.endusers as json) as people, try_cast(a.users as json) as agents,
        trim(regexp_replace(regexp_replace(a.description, '<(br|/p|/li|/div)[^>]*>', chr(10), 'g'), '<[^>]*>', '', 'g'),
            chr(10) || ' ') as text
    from asked as a
)
select
    w._row_id,
    w._loaded_at,
    nullif(json_merge_patch(coalesce(w.custom, '{}'), coalesce(try_cast(w.custom_fields as json), '{}')), '{}') as custom,
    w.id as source_record_id,
    lower(w.source) || ':' || w.source_id as external_id,
    coalesce(w.company_id, x.id, n.id) as company_id,
    coalesce(w.people ->> '$[0]._id', w.people ->> '$[0].id', w.people ->> '$[0]', lower(trim(w.email))) as requester_id,
    coalesce(w.assignee_id, lower(trim(w.agent_email)), w.agents ->> '$[0]._id', w.agents ->> '$[0].id') as assignee_id,
    coalesce(nullif(trim(w.subject), ''), substr(coalesce(w.snippet, w.text), 1, 80), '(no subject)') as subject,
    coalesce(nullif(w.text, ''), w.snippet) as description,
    -- a workspace may use words of its own: of those it is known only whether the ticket is open
    case
        when w.word in ('new', 'open', 'pending', 'hold', 'solved', 'closed') then w.word
        when w.word = 'resolved' then 'solved'
        when w.word in ('onhold', 'waiting') then 'hold'
        when w.word = 'inprogress' then 'open'
        when lower(w.is_open) = 'false' then 'closed'
        when lower(w.is_open) = 'true' then 'open'
        else w.status
    end as status,
    case w.urgency when 'medium' then 'normal' when 'critical' then 'urgent' else w.urgency end as priority,
    w.category,
    w.severity,
    w.opened_at,
    w.solved_at,
    nullif(coalesce(array_to_string(try_cast(try_cast(w.tags as json) as varchar[]), ';'), replace(w.tags, ', ', ';')), '')
        as tags,
    w.created_at,
    w.updated_at
from worded as w
left join numbered as x on w.company_external_id = x.external_id
left join named as n on lower(trim(w.company_name)) = n.name

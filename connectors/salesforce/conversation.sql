with mail as (
    select
        e.*, lower(e.incoming) in ('true', '1') as is_incoming,
        'email:' || coalesce(e.thread_identifier, e.id) as thread_id
    from raw_salesforce.email_messages__latest as e
    -- mail about a case is part of the case; 5 is a draft
    where coalesce(e.parent_id, '') not like '500%' and coalesce(lower(e.status), '') not in ('5', 'draft')
),
placed as (
    select m.*, coalesce(
        case when m.related_to_id like '001%' then m.related_to_id end, o.account_id, t.account_id
    ) as company_id
    from mail as m
    left join raw_salesforce.opportunities__latest as o on m.related_to_id = o.id
    left join raw_salesforce.tasks__latest as t on m.activity_id = t.id
),
thread as (
    select
        arg_min(p._row_id, p.message_date) as _row_id, max(p._loaded_at) as _loaded_at, p.thread_id,
        arg_min(p.company_id, p.message_date) as company_id, arg_min(p.subject, p.message_date) as subject,
        arg_min(substr(p.text_body, 1, 200), p.message_date) as snippet,
        arg_min(case when p.is_incoming then 'in' else 'out' end, p.message_date) as direction,
        min(p.message_date) as started_at, max(p.message_date) as ended_at, min(p.created_date) as made_at,
        bool_or(lower(p.has_attachment) in ('true', '1')) as has_attachments,
        max(coalesce(p.system_modstamp, p.created_date)) as updated_at,
        min(coalesce(lower(p.is_deleted), 'false')) in ('true', '1') as is_gone
    from placed as p
    group by p.thread_id
),
logged as (
    -- a call is written down after it: where the day is the same, the record's own time is closer
    select
        t.*, case when lower(coalesce(t.task_subtype, t.type)) = 'call' then 'call' else 'email' end as kind,
        case when substr(t.created_date, 1, 10) = substr(t.activity_date, 1, 10) then t.created_date
            else coalesce(t.activity_date, t.created_date) end as began
    from raw_salesforce.tasks__latest as t
    left join mail as m on t.id = m.activity_id
    where lower(coalesce(t.task_subtype, t.type)) in ('call', 'email', 'listemail')
        and (lower(t.is_closed) in ('true', '1') or lower(t.status) = 'completed') and m.id is null
)
select
    l._row_id, l._loaded_at, l.custom, l.id as source_record_id,
    coalesce(l.account_id, case when l.what_id like '001%' then l.what_id end) as company_id, null as ticket_id,
    l.kind as conversation_type, l.subject, substr(l.description, 1, 200) as snippet, l.description as body,
    l.began as started_at,
    case when regexp_matches(l.call_duration_in_seconds, '^\d{1,6}$') and try_cast(l.began as timestamptz) is not null
        then cast(try_cast(l.began as timestamptz)
            + cast(l.call_duration_in_seconds as int) * interval 1 second as varchar) end as ended_at,
    case lower(l.call_type) when 'inbound' then 'in' when 'outbound' then 'out' when 'internal' then 'out' end
        as direction,
    false as is_open, null as has_attachments, l.created_date as created_at,
    coalesce(l.system_modstamp, l.last_modified_date) as updated_at,
    case when lower(l.is_deleted) in ('true', '1')
        then coalesce(l.system_modstamp, l.last_modified_date, cast(l._loaded_at as varchar)) end as source_deleted_at
from logged as l
union all
select
    t._row_id, t._loaded_at, null, t.thread_id, t.company_id, null, 'email', t.subject, t.snippet, null, t.started_at,
    t.ended_at, t.direction, null, t.has_attachments, t.made_at, t.updated_at, case when t.is_gone then t.updated_at end
from thread as t
union all
select
    c._row_id, c._loaded_at, null, c.id as source_record_id, c.account_id, c.id as ticket_id, 'ticket', c.subject,
    substr(c.description, 1, 200), null, c.created_date as started_at, c.closed_date, 'in',
    coalesce(lower(c.is_closed), 'false') not in ('true', '1') and lower(c.status) not like 'closed%', null,
    c.created_date as created_at, coalesce(c.system_modstamp, c.last_modified_date),
    case when lower(c.is_deleted) in ('true', '1') then coalesce(c.system_modstamp, cast(c._loaded_at as varchar)) end
from raw_salesforce.cases__latest as c

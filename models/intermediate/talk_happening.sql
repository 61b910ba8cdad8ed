-- What was said: messages, calls and meetings, tickets with their changes of status, and survey answers.
select
    c.company_id,
    coalesce(m.author_contact_id, p.contact_id) as contact_id,
    m.sent_at as happened_at,
    case
        when m.is_bounce then 'bounce'
        when m.is_automatic then 'automatic_message'
        when not m.is_public then 'internal_note'
        when m.author_contact_id is not null then 'message_in'
        when m.author_team_member_id is not null then 'message_out'
        else 'message'
    end as kind,
    coalesce(m.subject, c.subject, c.conversation_type) as title,
    'message' as object,
    m.message_id as object_id
from objects.message as m
join objects.conversation as c on m.conversation_id = c.conversation_id
left join intermediate.conversation_contact as p on m.conversation_id = p.conversation_id
where m.source_deleted_at is null
union all
select
    c.company_id,
    p.contact_id,
    c.started_at as happened_at,
    c.conversation_type as kind,
    coalesce(c.subject, c.snippet, c.conversation_type) as title,
    'conversation' as object,
    c.conversation_id as object_id
from objects.conversation as c
left join intermediate.conversation_contact as p on c.conversation_id = p.conversation_id
left join (select distinct conversation_id from objects.message) as m on c.conversation_id = m.conversation_id
where m.conversation_id is null and c.source_deleted_at is null
union all
select
    company_id,
    requester_id as contact_id,
    opened_at as happened_at,
    'ticket_opened' as kind,
    subject as title,
    'ticket' as object,
    ticket_id as object_id
from objects.ticket
where source_deleted_at is null
union all
select
    t.company_id,
    t.requester_id as contact_id,
    s.starts_at as happened_at,
    case when s.is_solved then 'ticket_solved' else 'ticket_reopened' end as kind,
    t.subject as title,
    'ticket' as object,
    s.ticket_id || '/' || cast(s.change_no as varchar) as object_id
from intermediate.ticket_status as s
join objects.ticket as t on s.ticket_id = t.ticket_id
where s.is_solved <> s.was_solved and t.source_deleted_at is null
union all
select
    company_id,
    contact_id,
    answered_at as happened_at,
    'nps_answer' as kind,
    'NPS ' || cast(score as varchar) || coalesce(': ' || comment, '') as title,
    'nps_response' as object,
    nps_response_id as object_id
from objects.nps_response
where source_deleted_at is null

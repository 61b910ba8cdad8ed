-- One row per touch: a message a person wrote, a call or meeting, a ticket handed in. Automatic mail, bounces, notes
-- and tasks are none, nor are meetings without anybody from outside. `contact_id` is who wrote to us; where we wrote,
-- it is found through the conversation.
with written as (
    select
        'message' as object,
        m.message_id as object_id,
        m.conversation_id,
        m.author_contact_id as contact_id,
        m.sent_at as happened_at,
        case when m.author_contact_id is not null then 'in' else 'out' end as direction
    from objects.message as m
    where coalesce(m.is_public, true)
        and not coalesce(m.is_automatic, false)
        and not coalesce(m.is_bounce, false)
        and coalesce(m.author_contact_id, m.author_team_member_id) is not null
        and m.source_deleted_at is null
),

with_messages as (
    select distinct conversation_id from objects.message
),

held as (
    select
        'conversation' as object,
        c.conversation_id as object_id,
        c.conversation_id,
        cast(null as varchar) as contact_id,
        c.started_at as happened_at,
        c.direction
    from objects.conversation as c
    left join with_messages as m on c.conversation_id = m.conversation_id
    where m.conversation_id is null and c.conversation_type not in ('note', 'task') and c.source_deleted_at is null
),

spoken as (
    select * from written
    union all
    select * from held
),

with_conversation as (
    select distinct ticket_id
    from objects.conversation
    where ticket_id is not null
),

touched as (
    select s.*, c.company_id, c.conversation_type as channel
    from spoken as s
    join objects.conversation as c on s.conversation_id = c.conversation_id
    where c.source_deleted_at is null
    union all
    select
        'ticket' as object,
        t.ticket_id as object_id,
        cast(null as varchar) as conversation_id,
        t.requester_id as contact_id,
        t.opened_at as happened_at,
        'in' as direction,
        t.company_id,
        'ticket' as channel
    from objects.ticket as t
    left join with_conversation as c on t.ticket_id = c.ticket_id
    where c.ticket_id is null and t.source_deleted_at is null
    union all
    select
        'appointment' as object,
        a.appointment_id as object_id,
        cast(null as varchar) as conversation_id,
        m.contact_id,
        a.starts_at as happened_at,
        cast(null as varchar) as direction,
        a.company_id,
        'meeting' as channel
    from objects.appointment as a
    join intermediate.meeting_contact as m on a.appointment_id = m.appointment_id
    where a.pipeline_stage <> 'canceled' and a.source_deleted_at is null
)

select t.* exclude (company_id), coalesce(t.company_id, j.company_id) as company_id
from touched as t
cross join meta.run as r
left join behaviour.company_then as j
    on t.contact_id = j.contact_id and t.happened_at >= j.from_on and t.happened_at < j.to_on
where t.happened_at <= r.as_of

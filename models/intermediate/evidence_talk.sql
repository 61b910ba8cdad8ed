-- Evidence from talk: what people wrote to us, the meetings they did not decline, the tickets they opened.
with ours as (
    select conversation_id, min(happened_at) as first_at
    from intermediate.touch
    where object = 'message' and direction = 'out'
    group by conversation_id
),

written as (
    -- What is written in a ticket is the ticket's.
    select
        t.contact_id,
        t.happened_at as occurred_at,
        case when t.channel = 'email' and o.first_at < t.happened_at then 'email_reply' else t.channel end as kind,
        cast(null as varchar) as topic,
        t.object,
        t.object_id
    from intermediate.touch as t
    join objects.conversation as c on t.conversation_id = c.conversation_id
    left join ours as o on t.conversation_id = o.conversation_id
    where t.object = 'message' and t.direction = 'in' and t.contact_id is not null and c.ticket_id is null
),

met as (
    select distinct
        a.contact_id,
        m.starts_at as occurred_at,
        'meeting_attended' as kind,
        cast(null as varchar) as topic,
        'appointment' as object,
        m.appointment_id as object_id
    from objects.appointment_attendee as a
    join objects.appointment as m on a.appointment_id = m.appointment_id
    where a.contact_id is not null
        and coalesce(a.response, 'none') <> 'declined'
        and coalesce(m.pipeline_stage, 'done') <> 'canceled'
        and a.source_deleted_at is null
        and m.source_deleted_at is null
)

select * from written
union all
select * from met
union all
select
    t.requester_id as contact_id,
    t.opened_at as occurred_at,
    'ticket' as kind,
    t.category as topic,
    'ticket' as object,
    t.ticket_id as object_id
from objects.ticket as t
where t.requester_id is not null and t.source_deleted_at is null

-- One row per contact that was ever in touch: the last touch, and the messages in and out within policy's window.
with reached as (
    -- What we write reaches everyone outside who takes part, and the one who asked for help.
    select p.conversation_id, p.contact_id
    from objects.conversation_participant as p
    where p.contact_id is not null
    union
    select c.conversation_id, t.requester_id as contact_id
    from objects.conversation as c
    join objects.ticket as t on c.ticket_id = t.ticket_id
    where t.requester_id is not null
    union
    select m.conversation_id, m.author_contact_id as contact_id
    from objects.message as m
    where m.author_contact_id is not null
),

personal as (
    select contact_id, happened_at, channel, direction, object, object_id
    from intermediate.touch
    where contact_id is not null
    union all
    select r.contact_id, t.happened_at, t.channel, t.direction, t.object, t.object_id
    from intermediate.touch as t
    join reached as r on t.conversation_id = r.conversation_id
    where t.contact_id is null
)

select
    t.contact_id,
    max(t.happened_at) as last_touch_at,
    arg_max(t.channel, (t.happened_at, t.object_id)) as last_touch_channel,
    count(*) filter (
        where t.object = 'message'
            and t.direction = 'in'
            and date_diff('day', cast(t.happened_at as date), r.as_of_on) <= p.message_days
    ) as messages_in,
    count(*) filter (
        where t.object = 'message'
            and t.direction = 'out'
            and date_diff('day', cast(t.happened_at as date), r.as_of_on) <= p.message_days
    ) as messages_out
from personal as t
cross join meta.run as r
cross join policy.portfolio as p
group by t.contact_id

-- One row per touch and person it was with: who wrote or met; what we wrote reaches all outside who take part, and the one
-- who asked for help.
with reached as (
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

met as (
    select distinct appointment_id, contact_id
    from objects.appointment_attendee
    where contact_id is not null and coalesce(response, 'none') <> 'declined' and source_deleted_at is null
)

select t.contact_id, t.company_id, t.happened_at, t.channel, t.direction, t.object, t.object_id
from intermediate.touch as t
where t.contact_id is not null and t.object <> 'appointment'
union all
select r.contact_id, t.company_id, t.happened_at, t.channel, t.direction, t.object, t.object_id
from intermediate.touch as t
join reached as r on t.conversation_id = r.conversation_id
where t.contact_id is null and t.object <> 'appointment'
union all
select m.contact_id, t.company_id, t.happened_at, t.channel, t.direction, t.object, t.object_id
from intermediate.touch as t
join met as m on t.object_id = m.appointment_id
where t.object = 'appointment'

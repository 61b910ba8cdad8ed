-- Evidence from delivery and use. A service's people are those who had a part in its sale, sat in its meetings or asked
-- for help with it; what is reached or handed over in it is reached with them.
with service_person as (
    select s.service_id, o.contact_id
    from objects.service as s
    join objects.opportunity_contact as o on s.opportunity_id = o.opportunity_id
    where o.source_deleted_at is null
    union
    select m.service_id, a.contact_id
    from objects.appointment as m
    join objects.appointment_attendee as a on m.appointment_id = a.appointment_id
    where m.service_id is not null
        and a.contact_id is not null
        and coalesce(a.response, 'none') <> 'declined'
        and coalesce(m.pipeline_stage, 'done') <> 'canceled'
        and a.source_deleted_at is null
        and m.source_deleted_at is null
    union
    select t.service_id, t.requester_id as contact_id
    from objects.ticket as t
    where t.service_id is not null and t.requester_id is not null and t.source_deleted_at is null
),

reached as (
    select service_id, starts_on as reached_on, 'service_started' as kind, 'service' as object, service_id as object_id
    from objects.service
    where source_deleted_at is null
    union all
    select service_id, accepted_on as reached_on, 'deliverable_accepted' as kind, 'deliverable' as object,
        deliverable_id as object_id
    from objects.deliverable
    where source_deleted_at is null
    union all
    select service_id, reached_on, 'milestone_reached' as kind, 'milestone' as object, milestone_id as object_id
    from objects.milestone
    where source_deleted_at is null
)

select
    p.contact_id,
    cast(r.reached_on as timestamp) as occurred_at,
    r.kind,
    cast(null as varchar) as topic,
    r.object,
    r.object_id
from reached as r
join service_person as p on r.service_id = p.service_id
join objects.service as s on r.service_id = s.service_id
where r.reached_on is not null and s.source_deleted_at is null
union all
-- A day of use is told by its first event.
select
    u.contact_id,
    min(u.first_at) as occurred_at,
    'product_used' as kind,
    cast(null as varchar) as topic,
    'usage_event' as object,
    arg_min(u.first_event_id, (u.first_at, u.first_event_id)) as object_id
from intermediate.usage_day as u
where u.contact_id is not null
group by u.contact_id, u.used_on

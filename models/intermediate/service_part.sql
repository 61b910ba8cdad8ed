-- One row per deliverable or milestone of a service: when it is due, and whether it is done by the as-of day.
select
    d.service_id,
    'deliverable' as part,
    d.due_on,
    d.status in ('delivered', 'accepted')
    or coalesce(d.delivered_on <= r.as_of_on, false)
    or coalesce(d.accepted_on <= r.as_of_on, false) as is_done,
    d.status = 'accepted' or coalesce(d.accepted_on <= r.as_of_on, false) as is_accepted
from objects.deliverable as d
cross join meta.run as r
where d.source_deleted_at is null
union all
select
    m.service_id,
    'milestone' as part,
    m.due_on,
    coalesce(m.reached_on <= r.as_of_on, false) as is_done,
    false as is_accepted
from objects.milestone as m
cross join meta.run as r
where m.service_id is not null and m.source_deleted_at is null

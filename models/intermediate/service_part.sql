-- One row per deliverable or milestone of a service: when it is due, and since when it is done by the as-of day. What
-- is done on a day no source states was done when its record last changed; whether that was too late nobody knows.
with deliverable as (
    select
        d.service_id,
        d.deliverable_id,
        d.due_on,
        case
            when d.status in ('delivered', 'accepted') or d.delivered_on <= r.as_of_on or d.accepted_on <= r.as_of_on
                then least(coalesce(least(d.delivered_on, d.accepted_on), cast(d.updated_at as date)), r.as_of_on)
        end as done_on,
        least(d.delivered_on, d.accepted_on) as stated_on,
        d.status = 'accepted' or coalesce(d.accepted_on <= r.as_of_on, false) as is_accepted
    from objects.deliverable as d
    cross join meta.run as r
    where d.source_deleted_at is null
)

select service_id, 'deliverable' as part, deliverable_id as part_id, due_on, done_on,
    done_on is not null as is_done, is_accepted, coalesce(done_on is not null and stated_on > due_on, false) as is_late
from deliverable
union all
select
    m.service_id,
    'milestone' as part,
    m.milestone_id as part_id,
    m.due_on,
    case when m.reached_on <= r.as_of_on then m.reached_on end as done_on,
    coalesce(m.reached_on <= r.as_of_on, false) as is_done,
    false as is_accepted,
    coalesce(m.reached_on <= r.as_of_on and m.reached_on > m.due_on, false) as is_late
from objects.milestone as m
cross join meta.run as r
where m.service_id is not null and m.source_deleted_at is null

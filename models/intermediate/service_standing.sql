-- One row per service: whether it runs, what is done of it, the first due day that was missed, and its sessions.
with counted as (
    select
        p.service_id,
        count(*) filter (where p.part = 'deliverable') as deliverable_count,
        count(*) filter (where p.part = 'deliverable' and p.is_done) as delivered_count,
        count(*) filter (where p.part = 'deliverable' and p.is_accepted) as accepted_count,
        count(*) filter (where p.part = 'deliverable' and p.is_late) as delivered_late_count,
        count(*) filter (where p.part = 'deliverable' and not p.is_done and p.due_on < r.as_of_on) as late_count,
        min(p.due_on) filter (where p.part = 'deliverable' and not p.is_done and p.due_on >= r.as_of_on) as next_due_on,
        count(*) filter (where p.part = 'milestone') as milestone_count,
        count(*) filter (where p.part = 'milestone' and p.is_done) as reached_count,
        min(p.due_on) filter (where not p.is_done and p.due_on < r.as_of_on) as missed_on
    from intermediate.service_part as p
    cross join meta.run as r
    group by p.service_id
),

ahead as (
    select a.service_id, min(a.starts_at) as next_session_at
    from objects.appointment as a
    cross join meta.run as r
    where a.service_id is not null
        and a.starts_at > r.as_of
        and coalesce(a.pipeline_stage, '') <> 'canceled'
        and a.source_deleted_at is null
    group by a.service_id
),

running as (
    select
        s.service_id,
        coalesce(s.status, case when s.completed_on <= r.as_of_on then 'complete' else 'active' end) as status,
        case when s.last_session_at <= r.as_of then s.last_session_at end as last_session_at,
        least(c.missed_on, case when s.due_on < r.as_of_on then s.due_on end) as missed_on
    from objects.service as s
    left join counted as c on s.service_id = c.service_id
    cross join meta.run as r
    where s.source_deleted_at is null
)

select
    n.service_id,
    n.status,
    n.last_session_at,
    a.next_session_at,
    coalesce(c.deliverable_count, 0) as deliverable_count,
    coalesce(c.delivered_count, 0) as delivered_count,
    coalesce(c.accepted_count, 0) as accepted_count,
    coalesce(c.delivered_late_count, 0) as delivered_late_count,
    case when n.status = 'active' then coalesce(c.late_count, 0) else 0 end as late_count,
    case when n.status = 'active' then c.next_due_on end as next_due_on,
    coalesce(c.milestone_count, 0) as milestone_count,
    coalesce(c.reached_count, 0) as reached_count,
    case when n.status = 'active' then coalesce(date_diff('day', n.missed_on, r.as_of_on), 0) end as days_late
from running as n
left join counted as c on n.service_id = c.service_id
left join ahead as a on n.service_id = a.service_id
cross join meta.run as r

-- Every service has its progress, and never more is handed over, accepted, late or reached than was agreed.
select s.service_id, p.sentence
from objects.service as s
left join marts.service_progress as p on s.service_id = p.service_id
where s.source_deleted_at is null
    and not coalesce(
        p.accepted_count <= p.delivered_count
        and p.delivered_late_count <= p.delivered_count
        and p.delivered_count + p.late_count <= p.deliverable_count
        and p.reached_count <= p.milestone_count
        and (p.late_count = 0 or p.days_late > 0)
        and coalesce(p.is_on_track, false) = (p.status = 'active' and p.state in ('on_track', 'planned')),
        false
    )

-- Fills the last session with the customer from the appointments of the service.
with session as (
    select a.service_id, max(a.starts_at) as last_at
    from sourced.appointment as a
    cross join meta.run as r
    where a.starts_at <= r.as_of and coalesce(a.pipeline_stage, '') <> 'canceled' and a.source_deleted_at is null
    group by a.service_id
)

select s.* exclude (last_session_at), coalesce(s.last_session_at, n.last_at) as last_session_at
from sourced as s
left join session as n on s.service_id = n.service_id

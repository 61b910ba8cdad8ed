-- Evidence from what people did and answered: signals, and answers of promoters. A change of jobs is nothing done with us.
select
    s.contact_id,
    s.occurred_at,
    s.signal_type as kind,
    s.topic,
    'signal' as object,
    s.signal_id as object_id
from objects.signal as s
where s.contact_id is not null
    and s.signal_type not in ('champion_left', 'champion_arrived')
    and s.source_deleted_at is null
union all
select
    n.contact_id,
    n.answered_at as occurred_at,
    'nps_promoter' as kind,
    cast(null as varchar) as topic,
    'nps_response' as object,
    n.nps_response_id as object_id
from objects.nps_response as n
cross join policy.nps as p
where n.contact_id is not null and n.score >= p.promoter_from and n.source_deleted_at is null

with decided as (
    select
        s.*,
        s.state in ('missed', 'overdue') as is_missed,
        cast(date_trunc('month', case when s.state = 'met' then s.ended_at else s.due_at end) as date) as month
    from marts.ticket_sla as s
    where s.state in ('met', 'missed', 'overdue')
)

select
    month,
    measure,
    sla_name,
    segment,
    priority,
    count(*) filter (where not is_missed) as met_count,
    count(*) filter (where is_missed) as missed_count,
    count(*) filter (where state = 'overdue') as overdue_count,
    coalesce(sum(-left_minutes) filter (where is_missed), 0) as missed_minutes
from decided
group by month, measure, sla_name, segment, priority

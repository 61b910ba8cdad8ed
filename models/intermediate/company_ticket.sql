-- One row per company with tickets: what is open, what came in and how it was rated within policy's windows.
select
    t.company_id,
    count(*) as ticket_count,
    count(*) filter (where not t.is_solved) as open_count,
    count(*) filter (where not t.is_solved and s.ticket_id is not null) as open_severe_count,
    count(*) filter (where date_diff('day', cast(t.opened_at as date), r.as_of_on) <= p.ticket_days) as recent_count,
    count(*) filter (
        where t.csat = 'good'
            and date_diff('day', cast(coalesce(t.solved_at, t.opened_at) as date), r.as_of_on) <= p.csat_days
    ) as good_count,
    count(*) filter (
        where t.csat = 'bad'
            and date_diff('day', cast(coalesce(t.solved_at, t.opened_at) as date), r.as_of_on) <= p.csat_days
    ) as bad_count
from marts.ticket_times as t
cross join meta.run as r
cross join policy.health as p
left join intermediate.severe_ticket as s on t.ticket_id = s.ticket_id
where t.company_id is not null
group by t.company_id

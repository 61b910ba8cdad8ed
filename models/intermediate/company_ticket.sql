-- One row per company with tickets or ratings: what is open, what came in, and what was rated within policy's windows.
with asked as (
    select
        t.company_id,
        count(*) as ticket_count,
        count(*) filter (where not t.is_solved) as open_count,
        count(*) filter (where not t.is_solved and s.ticket_id is not null) as open_severe_count,
        count(*) filter (where date_diff('day', cast(t.opened_at as date), r.as_of_on) <= p.ticket_days) as recent_count
    from marts.ticket_times as t
    cross join meta.run as r
    cross join policy.health as p
    left join intermediate.severe_ticket as s on t.ticket_id = s.ticket_id
    where t.company_id is not null
    group by t.company_id
),

rated as (
    select
        k.company_id,
        coalesce(sum(k.good_count) filter (where k.survey_type = 'csat'), 0) as good_count,
        coalesce(sum(k.bad_count) filter (where k.survey_type = 'csat'), 0) as bad_count,
        coalesce(sum(k.good_count) filter (where k.survey_type = 'ces'), 0) as easy_count,
        count(*) filter (where k.survey_type = 'ces') as effort_count
    from intermediate.rating as k
    cross join meta.run as r
    cross join policy.health as p
    where k.company_id is not null and date_diff('day', k.rated_on, r.as_of_on) <= p.csat_days
    group by k.company_id
)

select
    coalesce(a.company_id, k.company_id) as company_id,
    coalesce(a.ticket_count, 0) as ticket_count,
    coalesce(a.open_count, 0) as open_count,
    coalesce(a.open_severe_count, 0) as open_severe_count,
    coalesce(a.recent_count, 0) as recent_count,
    coalesce(k.good_count, 0) as good_count,
    coalesce(k.bad_count, 0) as bad_count,
    coalesce(k.easy_count, 0) as easy_count,
    coalesce(k.effort_count, 0) as effort_count
from asked as a
full join rated as k on a.company_id = k.company_id

-- One row per company: the latest answer of each of its people within policy's window.
with newest as (
    select
        n.company_id,
        n.score,
        n.answered_at,
        n.nps_response_id
    from objects.nps_response as n
    cross join meta.run as r
    cross join policy.nps as p
    where n.answered_at <= r.as_of
        and n.source_deleted_at is null
        and n.company_id is not null
        and date_diff('day', cast(n.answered_at as date), r.as_of_on) <= p.window_days
    qualify row_number() over (
        partition by n.company_id, coalesce(n.contact_id, n.respondent, n.nps_response_id)
        order by n.answered_at desc, n.nps_response_id desc
    ) = 1
)

select
    n.company_id,
    count(*) as response_count,
    count(*) filter (where n.score >= p.promoter_from) as promoter_count,
    count(*) filter (where n.score <= p.detractor_to) as detractor_count,
    arg_max(n.score, (n.answered_at, n.nps_response_id)) as last_score
from newest as n
cross join policy.nps as p
group by n.company_id

with newest as (
    select n.*, cast(date_trunc('month', n.answered_at) as date) as month
    from objects.nps_response as n
    cross join meta.run as r
    where n.answered_at <= r.as_of and n.source_deleted_at is null
    qualify row_number() over (
        partition by coalesce(n.contact_id, n.respondent, n.nps_response_id), date_trunc('month', n.answered_at)
        order by n.answered_at desc, n.nps_response_id desc
    ) = 1
)

select
    n.nps_response_id,
    n.month,
    n.answered_at,
    n.contact_id,
    n.company_id,
    coalesce(c.segment, n.segment, 'not stated') as segment,
    n.score,
    case when n.score >= p.promoter_from then 1 else 0 end as promoter_count,
    case when n.score > p.detractor_to and n.score < p.promoter_from then 1 else 0 end as passive_count,
    case when n.score <= p.detractor_to then 1 else 0 end as detractor_count
from newest as n
cross join policy.nps as p
left join objects.company as c on n.company_id = c.company_id

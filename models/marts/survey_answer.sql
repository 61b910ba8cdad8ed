with newest as (
    -- An answer off its own scale, or on a scale without a length, says nothing.
    select
        s.*,
        cast(date_trunc('month', s.answered_at) as date) as month,
        cast(round((s.score - s.scale_min) / (s.scale_max - s.scale_min), 12) as decimal(38, 12)) as score_share
    from objects.survey_response as s
    cross join meta.run as r
    where s.answered_at <= r.as_of
        and s.source_deleted_at is null
        and s.scale_min <> s.scale_max
        and s.score between least(s.scale_min, s.scale_max) and greatest(s.scale_min, s.scale_max)
    qualify row_number() over (
        partition by
            s.survey_type, coalesce(s.contact_id, s.respondent, s.survey_response_id), s.ticket_id,
            date_trunc('month', s.answered_at)
        order by s.answered_at desc, s.survey_response_id desc
    ) = 1
),

judged as (
    select
        n.*,
        n.score_share >= case n.survey_type when 'csat' then p.csat_good_from else p.ces_easy_from end as is_good,
        n.score_share <= case n.survey_type when 'csat' then p.csat_bad_to else p.ces_hard_to end as is_bad
    from newest as n
    cross join policy.survey as p
)

select
    j.survey_response_id,
    j.survey_type,
    j.month,
    j.answered_at,
    j.contact_id,
    j.company_id,
    j.ticket_id,
    coalesce(c.segment, 'not stated') as segment,
    j.score_share,
    case when j.is_good then 1 else 0 end as good_count,
    case when j.is_good or j.is_bad then 0 else 1 end as neutral_count,
    case when j.is_bad then 1 else 0 end as bad_count
from judged as j
left join objects.company as c on j.company_id = c.company_id

-- The interval is the adjusted Wald interval for a difference of two proportions with three answers added, 3/4 of them
-- promoters and 3/4 detractors (Brendan Rocks, "Interval Estimation for the Net Promoter Score", The American
-- Statistician 70, 2016). It keeps its width when all answers agree, and is stretched to hold the score itself.
with given as (
    select
        n.nps_response_id, n.answered_at, n.score, coalesce(c.segment, n.segment, 'not stated') as segment,
        coalesce(n.contact_id, n.respondent, n.nps_response_id) as person, r.as_of, r.as_of_on
    from objects.nps_response as n
    cross join meta.run as r
    left join objects.company as c on n.company_id = c.company_id
    where n.answered_at <= r.as_of and n.source_deleted_at is null
),

bound as (
    select
        cast(date_trunc('month', min(answered_at)) as date) as first_month,
        greatest(max(as_of) - interval '1' microsecond, max(answered_at)) as last_at
    from given
),

month as (
    select cast(b.first_month + interval '1' month * g.step as date) as month
    from bound as b
    join (select unnest(generate_series(0, 1199)) as step) as g on b.last_at >= b.first_month + interval '1' month * g.step
),

newest as (
    select m.month, g.segment, g.score
    from month as m
    cross join policy.nps as p
    join given as g on date_diff(
        'day', cast(g.answered_at as date), least(cast(m.month + interval '1' month - interval '1' day as date), g.as_of_on)
    ) between 0 and p.window_days
    qualify row_number() over (partition by m.month, g.person order by g.answered_at desc, g.nps_response_id desc) = 1
),

answer as (
    select 'window' as span, month, segment, score from newest
    union all
    select 'window' as span, month, '(all)' as segment, score from newest
    union all
    select 'month' as span, month, segment, score from marts.nps_answer
    union all
    select 'month' as span, month, '(all)' as segment, score from marts.nps_answer
),

pooled as (
    select
        s.span, s.month, s.segment, count(*) as response_count,
        count(*) filter (where s.score >= p.promoter_from) as promoter_count,
        count(*) filter (where s.score <= p.detractor_to) as detractor_count
    from answer as s
    cross join policy.nps as p
    group by s.span, s.month, s.segment
),

adjusted as (
    select
        *, 100 * cast(promoter_count - detractor_count as double) / response_count as score,
        (promoter_count + 0.75) / cast(response_count + 3 as double) as promoter_share,
        (detractor_count + 0.75) / cast(response_count + 3 as double) as detractor_share
    from pooled
),

spread as (
    select
        a.*, 100 * (a.promoter_share - a.detractor_share) as centre,
        100 * cast(n.interval_z as double) * sqrt(
            (a.promoter_share + a.detractor_share - power(a.promoter_share - a.detractor_share, 2)) / (a.response_count + 3)
        ) as half_width
    from adjusted as a
    cross join policy.nps as n
)

select
    span, month, segment, promoter_count, response_count - promoter_count - detractor_count as passive_count,
    detractor_count, response_count, round(score, 2) as nps_score,
    round(greatest(-100, least(centre - half_width, score)), 2) as nps_low,
    round(least(100, greatest(centre + half_width, score)), 2) as nps_high
from spread

-- The interval is the adjusted Wald interval for a difference of two proportions with three answers added, 3/4 of them
-- promoters and 3/4 detractors (Brendan Rocks, "Interval Estimation for the Net Promoter Score", The American
-- Statistician 70, 2016). It keeps its width when all answers agree, and is stretched to hold the score itself.
with answer as (
    select month, segment, promoter_count, passive_count, detractor_count from marts.nps_answer
    union all
    select month, '(all)' as segment, promoter_count, passive_count, detractor_count from marts.nps_answer
),

pooled as (
    select
        month,
        segment,
        sum(promoter_count) as promoter_count,
        sum(passive_count) as passive_count,
        sum(detractor_count) as detractor_count,
        count(*) as response_count
    from answer
    group by month, segment
),

adjusted as (
    select
        p.*,
        100 * cast(p.promoter_count - p.detractor_count as double) / p.response_count as score,
        (p.promoter_count + 0.75) / cast(p.response_count + 3 as double) as promoter_share,
        (p.detractor_count + 0.75) / cast(p.response_count + 3 as double) as detractor_share
    from pooled as p
),

spread as (
    select
        a.*,
        100 * (a.promoter_share - a.detractor_share) as centre,
        100 * cast(n.interval_z as double) * sqrt(
            (a.promoter_share + a.detractor_share - power(a.promoter_share - a.detractor_share, 2))
            / (a.response_count + 3)
        ) as half_width
    from adjusted as a
    cross join policy.nps as n
)

select
    month,
    segment,
    promoter_count,
    passive_count,
    detractor_count,
    response_count,
    round(score, 2) as nps_score,
    round(greatest(-100, least(centre - half_width, score)), 2) as nps_low,
    round(least(100, greatest(centre + half_width, score)), 2) as nps_high
from spread

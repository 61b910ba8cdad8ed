-- One row per customer and scored day on which a sign is known: score, band and coverage. Without enough coverage there
-- is no score.
with profile_weight as (
    select profile, sum(cast(weight as decimal(18, 6))) as weight
    from policy.health_weights
    group by profile
),

present as (
    select
        company_id,
        day_on,
        profile,
        sum(weight) as weight,
        sum(weight * points) as weighted_points,
        count(*) as factor_count
    from intermediate.health_point
    group by company_id, day_on, profile
),

scored as (
    select
        p.company_id,
        p.day_on,
        p.profile,
        p.weight as weight_present,
        p.factor_count,
        cast(round(p.weight / cast(w.weight as double), 3) as decimal(18, 6)) as coverage,
        case
            when round(p.weight / cast(w.weight as double), 3) >= h.coverage_floor
                then cast(round(p.weighted_points / cast(p.weight as double), 2) as decimal(18, 6))
        end as score
    from present as p
    join profile_weight as w on p.profile = w.profile
    cross join policy.health as h
)

select
    s.*,
    case
        when s.score < p.at_risk_below then 'at_risk'
        when s.score < p.thriving_from then 'needs_attention'
        when s.score is not null then 'thriving'
    end as band
from scored as s
cross join policy.health as p

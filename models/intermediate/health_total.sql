-- One row per customer: score and coverage. Without enough coverage there is no score.
with profile_weight as (
    select profile, sum(cast(weight as decimal(18, 6))) as weight
    from policy.health_weights
    group by profile
),

present as (
    select company_id, profile, sum(weight) as weight, sum(weight * points) as weighted_points, count(*) as factor_count
    from intermediate.health_point
    group by company_id, profile
)

select
    p.company_id,
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

with shared as (
    select
        p.*,
        t.score,
        case
            when t.score is not null
                then cast(round(p.weight * p.points / cast(t.weight_present as double), 4) as decimal(18, 6))
        end as contribution,
        cast(round(p.weight * (100 - p.points) / cast(t.weight_present as double), 4) as decimal(18, 6)) as points_lost,
        row_number() over (partition by p.company_id order by p.weight * p.points desc, p.factor) as place
    from intermediate.health_point as p
    join meta.run as r on p.day_on = r.as_of_on
    join intermediate.health_total as t on p.company_id = t.company_id and p.day_on = t.day_on
),

residue as (
    select company_id, max(score) - sum(contribution) as amount
    from shared
    group by company_id
)

select
    s.company_id,
    s.day_on as as_of,
    s.factor,
    f.theme,
    s.raw_value,
    s.points,
    s.weight,
    -- What rounding leaves goes to the largest part.
    case when s.place = 1 then s.contribution + x.amount else s.contribution end as contribution,
    case when s.score is not null then s.points_lost end as points_lost
from shared as s
join residue as x on s.company_id = x.company_id
join policy.health_factors as f on s.factor = f.factor

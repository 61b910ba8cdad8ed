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
),

-- The one place that puts a sign in words: what is good about it where nothing is lost, else its value.
worded as (
    select
        s.company_id, s.factor,
        case
            when s.points >= 100 then w.good
            when not w.is_share and round(s.raw_value) = 1 then coalesce(w.one, replace(w.bad, '{value}', '1'))
            else replace(
                w.bad, '{value}',
                case when s.raw_value < 0 then '−' else '' end
                || cast(cast(round(abs(s.raw_value) * case when w.is_share then 100 else 1 end) as bigint) as varchar)
                || case when w.is_share then ' %' else '' end
            )
        end as words
    from shared as s
    join policy.health_words as w on s.factor = w.factor
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
    case when s.score is not null then s.points_lost end as points_lost,
    t.words
from shared as s
join residue as x on s.company_id = x.company_id
join worded as t on s.company_id = t.company_id and s.factor = t.factor
join policy.health_factors as f on s.factor = f.factor

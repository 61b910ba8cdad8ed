with theme as (
    select p.company_id, p.to_on, f.theme, sum(p.change) as change
    from intermediate.health_part as p
    join policy.health_factors as f on p.factor = f.factor
    where p.span = 'band'
    group by p.company_id, p.to_on, f.theme
),

led as (
    select
        s.company_id, s.from_on, s.to_on, b.band as from_band, a.band as to_band, b.score as score_before, a.score, t.theme
    from intermediate.health_step as s
    join intermediate.health_total as b on s.company_id = b.company_id and s.from_on = b.day_on
    join intermediate.health_total as a on s.company_id = a.company_id and s.to_on = a.day_on
    join theme as t on s.company_id = t.company_id and s.to_on = t.to_on
    where s.span = 'band'
    qualify row_number() over (
        partition by s.company_id, s.to_on
        order by case when a.score < b.score then t.change else -t.change end asc, t.theme asc
    ) = 1
)

select
    l.company_id,
    l.to_on as changed_on,
    l.from_band,
    l.to_band,
    l.from_on as since_on,
    l.score_before,
    l.score,
    l.theme as cause,
    a.arr,
    a.currency
from led as l
join intermediate.company_revenue as a on l.company_id = a.company_id

with span as (
    select '7d' as span
    union all
    select '30d' as span
    union all
    select '90d' as span
),

lost as (
    select company_id, theme, sum(points_lost) as points_lost
    from marts.health_factor
    group by company_id, theme
),

moved as (
    select company_id, span, theme, sum(change) as change
    from marts.health_change
    group by company_id, span, theme
),

known as (
    select company_id, theme from lost
    union
    select company_id, theme from moved
),

told as (
    select
        k.company_id,
        s.span,
        k.theme,
        case when c.company_id is not null then coalesce(m.change, 0) end as change,
        l.points_lost,
        -- What is new counts twice: for what it costs, and for what it did not cost before.
        coalesce(l.points_lost, 0) - least(coalesce(m.change, 0), 0) as gravity
    from known as k
    cross join span as s
    left join intermediate.health_step as c on k.company_id = c.company_id and s.span = c.span
    left join moved as m on k.company_id = m.company_id and s.span = m.span and k.theme = m.theme
    left join lost as l on k.company_id = l.company_id and k.theme = l.theme
)

select
    company_id,
    span,
    theme,
    change,
    points_lost,
    row_number() over (partition by company_id, span order by gravity desc, theme asc) as place
from told

-- The parts that signs have in a change of the health score add up to it exactly, over each span and by theme.
with step as (
    select '7d' as span, 7 as days
    union all
    select '30d' as span, 30 as days
    union all
    select '90d' as span, 90 as days
),

scored as (
    select s.company_id, p.span, s.score - b.score as change
    from marts.health_score as s
    cross join step as p
    join marts.health_day as b
        on s.company_id = b.company_id
        and cast(s.as_of - interval '1' day * p.days as date) = b.day_on
    where s.score is not null and b.score is not null
),

parted as (
    select company_id, span, sum(change) as change
    from marts.health_change
    group by company_id, span
),

themed as (
    select company_id, span, sum(change) as change
    from marts.health_theme
    where change is not null
    group by company_id, span
)

select coalesce(s.company_id, p.company_id) as company_id, coalesce(s.span, p.span) as span, s.change, p.change as parted
from scored as s
full join parted as p on s.company_id = p.company_id and s.span = p.span
left join themed as t on s.company_id = t.company_id and s.span = t.span
where s.company_id is null or s.change <> coalesce(p.change, 0) or s.change <> coalesce(t.change, 0)

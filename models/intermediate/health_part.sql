-- One row per compared pair of days and sign known on either: its part of the change of the score. Half of a change of
-- its points counts by the weight it had, half by the weight it has; what its share of all weight gained or lost counts
-- by how far its points lie from the score. So the parts add up to the change, whatever comes and goes.
with step as (
    select
        s.*,
        b.weight_present as weight_before,
        a.weight_present as weight_after,
        b.score as score_before,
        a.score as score_after
    from intermediate.health_step as s
    join intermediate.health_total as b on s.company_id = b.company_id and s.from_on = b.day_on
    join intermediate.health_total as a on s.company_id = a.company_id and s.to_on = a.day_on
),

before as (
    select s.company_id, s.span, s.to_on, p.factor, p.points, p.weight / cast(s.weight_before as double) as share
    from step as s
    join intermediate.health_point as p on s.company_id = p.company_id and s.from_on = p.day_on
),

after as (
    select s.company_id, s.span, s.to_on, p.factor, p.points, p.weight / cast(s.weight_after as double) as share
    from step as s
    join intermediate.health_point as p on s.company_id = p.company_id and s.to_on = p.day_on
),

-- A sign that is known on one of the days only has the points of that day, and no weight, on the other.
met as (
    select
        coalesce(a.company_id, b.company_id) as company_id,
        coalesce(a.span, b.span) as span,
        coalesce(a.to_on, b.to_on) as to_on,
        coalesce(a.factor, b.factor) as factor,
        b.points as points_before,
        a.points as points_after,
        cast(coalesce(b.points, a.points) as double) as from_points,
        cast(coalesce(a.points, b.points) as double) as to_points,
        coalesce(b.share, 0) as from_share,
        coalesce(a.share, 0) as to_share
    from before as b
    full join after as a
        on b.company_id = a.company_id
        and b.span = a.span
        and b.to_on = a.to_on
        and b.factor = a.factor
),

parted as (
    select
        m.company_id, m.span, s.from_on, m.to_on, m.factor, m.points_before, m.points_after,
        s.score_before, s.score_after,
        (m.from_share + m.to_share) / 2 * (m.to_points - m.from_points)
        + (m.to_share - m.from_share)
        * ((m.from_points + m.to_points) / 2 - cast(s.score_before + s.score_after as double) / 2) as part
    from met as m
    join step as s on m.company_id = s.company_id and m.span = s.span and m.to_on = s.to_on
),

rounded as (
    select
        *,
        cast(round(part, 4) as decimal(18, 6)) as change,
        row_number() over (partition by company_id, span, to_on order by abs(part) desc, factor asc) as place
    from parted
)

select
    company_id, span, from_on, to_on, factor, points_before, points_after, score_before, score_after,
    -- What rounding leaves goes to the largest part.
    change + case when place = 1
        then score_after - score_before - sum(change) over (partition by company_id, span, to_on)
        else 0
    end as change
from rounded

-- One row per customer and sign that is known and weighted: its points, and its weight in the customer's profile.
with slope as (
    select
        factor,
        cast(value as double) as value,
        cast(points as double) as points,
        lag(factor) over (partition by factor order by value) is null as is_first,
        cast(lead(value) over (partition by factor order by value) as double) as next_value,
        cast(lead(points) over (partition by factor order by value) as double) as next_points
    from policy.health_points
),

pointed as (
    select
        r.company_id,
        r.factor,
        r.raw_value,
        -- Before the first corner and after the last one the line is level.
        cast(round(
            case
                when r.raw_value <= s.value or s.next_value is null then s.points
                else s.points
                    + (s.next_points - s.points) * (cast(r.raw_value as double) - s.value) / (s.next_value - s.value)
            end, 4
        ) as decimal(18, 6)) as points
    from intermediate.health_reading as r
    join slope as s
        on r.factor = s.factor
        and (s.is_first or r.raw_value >= s.value)
        and (s.next_value is null or r.raw_value < s.next_value)
)

select
    p.company_id,
    p.factor,
    f.profile,
    p.raw_value,
    p.points,
    cast(w.weight as decimal(18, 6)) as weight
from pointed as p
join intermediate.health_profile as f on p.company_id = f.company_id
join policy.health_weights as w on f.profile = w.profile and p.factor = w.factor

-- One row per customer, scored day and sign that is known and weighted: its value and points that day, and its weight.
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

-- A sign's value runs straight from the first day of its spell on.
reading as (
    select
        d.company_id,
        d.day_on,
        s.factor,
        d.profile,
        cast(s.value_at_from + s.per_day * date_diff('day', s.from_on, d.day_on) as decimal(18, 6)) as raw_value,
        cast(w.weight as decimal(18, 6)) as weight
    from intermediate.scored_day as d
    join intermediate.sign_spell as s
        on d.company_id = s.company_id
        and d.day_on >= s.from_on
        and d.day_on < coalesce(s.to_on, date '9999-12-31')
    join policy.health_weights as w on d.profile = w.profile and s.factor = w.factor
)

select
    r.company_id,
    r.day_on,
    r.factor,
    r.profile,
    r.raw_value,
    -- Before the first corner and after the last one the line is level.
    cast(round(
        case
            when r.raw_value <= s.value or s.next_value is null then s.points
            else s.points
                + (s.next_points - s.points) * (cast(r.raw_value as double) - s.value) / (s.next_value - s.value)
        end, 4
    ) as decimal(18, 6)) as points,
    r.weight
from reading as r
join slope as s
    on r.factor = s.factor
    and (s.is_first or r.raw_value >= s.value)
    and (s.next_value is null or r.raw_value < s.next_value)

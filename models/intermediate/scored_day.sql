-- One row per customer and day that is scored, with its profile of weights: policy's last days, and the month ends before.
with number as (
    select unnest(generate_series(0, greatest(daily_days, months_back))) as number from policy.health
),

day as (
    select cast(r.as_of_on - interval '1' day * n.number as date) as day_on
    from number as n
    cross join meta.run as r
    cross join policy.health as p
    where n.number < p.daily_days
    union
    select cast(date_trunc('month', r.as_of_on) - interval '1' month * n.number - interval '1' day as date) as day_on
    from number as n
    cross join meta.run as r
    cross join policy.health as p
    where n.number < p.months_back
)

select s.company_id, d.day_on, extract(day from d.day_on + interval '1' day) = 1 as is_month_end, f.profile
from day as d
join intermediate.customer_span as s
    on d.day_on >= s.from_on
    and d.day_on < coalesce(s.to_on, date '9999-12-31')
join intermediate.health_profile as f on s.company_id = f.company_id

with told as (
    select
        e.*, i.start_count,
        cast(round(cast(e.forecast as decimal(38, 6)) * (1 + i.low_error), 6) as decimal(38, 12)) as low,
        cast(round(cast(e.forecast as decimal(38, 6)) * (1 + i.high_error), 6) as decimal(38, 12)) as high,
        cast(round(cast(e.forecast - e.actual as double) / nullif(cast(e.actual as double), 0), 9) as decimal(38, 12))
            as percentage_error
    from intermediate.forecast_error as e
    join intermediate.forecast_interval as i on e.month_no = i.month_no and e.horizon = i.horizon
),

summed as (
    select
        horizon, count(percentage_error) as forecast_count, sum(abs(percentage_error)) as absolute_error,
        count(low) as interval_count, count(low) filter (where actual >= low and actual <= high) as covered_count
    from told
    group by horizon
)

select
    t.made_on, t.horizon, t.month, p.policy_id, p.reporting_currency as currency, t.forecast, t.actual,
    t.forecast - t.actual as error, t.percentage_error, t.low, t.high, t.actual >= t.low
        and t.actual <= t.high as is_covered,
    t.start_count, s.forecast_count,
    cast(round(s.absolute_error / nullif(s.forecast_count, 0), 9) as decimal(38, 12)) as mean_absolute_percentage_error,
    s.interval_count,
    cast(round(s.covered_count / nullif(s.interval_count, 0), 9) as decimal(38, 12)) as interval_coverage
from told as t
join summed as s on t.horizon = s.horizon
cross join policy.revenue as p

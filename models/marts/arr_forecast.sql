-- Past errors are those of the base scenario, so only that has an interval.
with interval_of as (
    select
        o.*, i.start_count, f.minimum_starts,
        case when o.scenario = 'base' then i.low_error end as low_error,
        case when o.scenario = 'base' then i.high_error end as high_error
    from intermediate.arr_outlook as o
    join intermediate.forecast_interval as i on o.month_no = i.month_no and o.horizon = i.horizon
    cross join policy.forecast as f
    where o.is_present
)

select
    o.month, o.scenario, o.horizon, o.made_on, p.policy_id, p.reporting_currency as currency,
    o.arr, o.running, o.renewals, o.new_business, o.further_business, o.expected_loss, o.expected_expansion,
    cast(round(cast(o.arr as decimal(38, 6)) * (1 + o.low_error), 6) as decimal(38, 12)) as low,
    cast(round(cast(o.arr as decimal(38, 6)) * (1 + o.high_error), 6) as decimal(38, 12)) as high,
    o.start_count,
    case
        when o.scenario <> 'base' then 'none: a scenario'
        when o.low_error is null then 'none: too few past forecasts'
        else 'errors of past forecasts'
    end as interval_from
from interval_of as o
cross join policy.revenue as p

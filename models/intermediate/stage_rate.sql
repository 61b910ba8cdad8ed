-- What became, in the months before a forecast was made, of opportunities that had been in a stage: how many of those
-- decided were won, and how many days it took the won ones from there. Of too few nothing is said.
with decided as (
    select
        s.month_no, o.pipeline, v.stage, o.status,
        case when o.status = 'won' then date_diff('day', cast(v.entered_at as date), o.closed_on) end as days_to_won
    from intermediate.forecast_start as s
    cross join policy.forecast as f
    join intermediate.opportunity_value as o
        on s.made_on > o.closed_on
        and cast(s.made_on - interval '1' month * cast(f.months_of_history as integer) as date) <= o.closed_on
    join intermediate.stage_visit as v on o.opportunity_id = v.opportunity_id
    where o.status in ('won', 'lost') and cast(v.entered_at as date) <= o.closed_on
),

counted as (
    select
        month_no, pipeline, stage, count(*) as decided_count, count(*) filter (where status = 'won') as won_count,
        cast(round(median(days_to_won)) as bigint) as median_days
    from decided
    group by month_no, pipeline, stage
)

select
    c.*,
    case when c.decided_count >= f.minimum_count
        then cast(round(c.won_count / c.decided_count, 12) as decimal(38, 12))
    end as probability
from counted as c
cross join policy.forecast as f

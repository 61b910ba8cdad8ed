-- Stretches of a subscription in which some item has one billing interval, and the instant its periods are counted from.
-- A new interval starts its own count when it begins; a change of price, quantity or status, an item that is added and a
-- pause do not. The first count starts with the subscription, and all count from the end of the trial where that is later.
with version as (
    select
        v.subscription_id, v.subscription_version_id, v.valid_from,
        case v.billing_interval when 'year' then 12 when 'month' then 1 else 0 end * v.interval_count as months,
        case v.billing_interval when 'week' then 7 when 'day' then 1 else 0 end * v.interval_count as days,
        coalesce(v.valid_to, timestamp '9999-12-31 00:00:00') as valid_to
    from objects.subscription_version as v
    where v.source_deleted_at is null and (v.valid_to is null or v.valid_to > v.valid_from)
),

-- How far this interval, and anything of the subscription, had run before a version began.
reached as (
    select
        *,
        max(valid_to) over (
            partition by subscription_id, months, days order by valid_from, subscription_version_id
            rows between unbounded preceding and 1 preceding
        ) as interval_to,
        max(valid_to) over (
            partition by subscription_id order by valid_from, subscription_version_id
            rows between unbounded preceding and 1 preceding
        ) as anything_to,
        min(valid_from) over (partition by subscription_id) as first_from
    from version
),

numbered as (
    select
        *,
        sum(case when interval_to is null or (valid_from > interval_to and anything_to > interval_to) then 1
            else 0 end) over (
            partition by subscription_id, months, days order by valid_from, subscription_version_id
            rows between unbounded preceding and current row
        ) as cycle_no
    from reached
),

cycle as (
    select
        subscription_id, months, days, min(valid_from) as cycle_from, max(valid_to) as cycle_to,
        min(first_from) as first_from
    from numbered
    group by subscription_id, months, days, cycle_no
)

select
    c.subscription_id, c.months, c.days, c.cycle_from, c.cycle_to,
    case
        when s.trial_ends_at > case when c.cycle_from = c.first_from then s.starts_at else c.cycle_from end
            and s.trial_ends_at < c.cycle_to then s.trial_ends_at
        when c.cycle_from = c.first_from then s.starts_at
        else c.cycle_from
    end as anchor_at
from cycle as c
join objects.subscription as s on c.subscription_id = s.subscription_id

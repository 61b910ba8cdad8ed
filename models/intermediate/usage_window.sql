-- One row per company that ever used the product: its use in policy's windows, which end with the day before the as-of day.
with aged as (
    -- The day before is day 1; the as-of day is not over.
    select u.*, date_diff('day', u.used_on, r.as_of_on) as days, p.window_days, p.short_days
    from intermediate.usage_day as u
    cross join meta.run as r
    cross join policy.usage as p
    where u.company_id is not null
),

daily as (
    select company_id, count(distinct user_id) as users
    from aged
    where days between 1 and window_days
    group by company_id, used_on
),

user_days as (
    select company_id, sum(users) as user_days
    from daily
    group by company_id
)

select
    a.company_id,
    count(distinct a.user_id) filter (where a.days between 1 and a.window_days) as active_users,
    count(distinct a.user_id) filter (where a.days > a.window_days and a.days <= 2 * a.window_days)
        as active_users_before,
    count(distinct a.user_id) filter (where a.days between 1 and a.short_days) as active_users_short,
    count(distinct a.event_name) filter (where a.days between 1 and a.window_days) as feature_count,
    coalesce(sum(a.event_count) filter (where a.days between 1 and a.window_days), 0) as event_count,
    coalesce(sum(a.event_count) filter (where a.days > a.window_days and a.days <= 2 * a.window_days), 0)
        as event_count_before,
    coalesce(sum(a.weight) filter (where a.days between 1 and a.window_days), 0) as weight,
    coalesce(max(d.user_days), 0) as user_days,
    max(a.last_at) as last_used_at
from aged as a
left join user_days as d on a.company_id = d.company_id
group by a.company_id

-- One row per company, user and stretch of days [from_on, to_on) on which the user is active: on those that have a
-- use in policy's window, which ends with the day before. A stretch ends where that of the next use begins.
with used as (
    select company_id, user_id, used_on
    from intermediate.usage_day
    where company_id is not null
    group by company_id, user_id, used_on
)

select
    u.company_id, u.user_id, cast(u.used_on + interval 1 day as date) as from_on,
    least(
        cast(u.used_on + interval 1 day * (p.window_days + 1) as date),
        cast(lead(u.used_on) over (partition by u.company_id, u.user_id order by u.used_on) + interval 1 day as date)
    ) as to_on
from used as u
cross join policy.usage as p

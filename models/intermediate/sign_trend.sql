-- Changes of `usage_trend`, by day: what was done more in policy's window, which ends with the day before, than in the window
-- before that (`part`), and what was done in that (`whole`). A use counts as now, then as before, then no more.
with acted as (
    select company_id, used_on, sum(event_count) as event_count
    from intermediate.usage_day
    where company_id is not null
    group by company_id, used_on
)

select
    a.company_id, 'usage_trend' as factor, cast(a.used_on + interval 1 day * (s.step * p.window_days + 1) as date) as on_day,
    a.event_count * case s.step when 1 then -2 else 1 end as part,
    a.event_count * case s.step when 0 then 0 when 1 then 1 else -1 end as whole
from acted as a
cross join policy.usage as p
cross join (select unnest([0, 1, 2]) as step) as s

-- One row per calendar and instant at which a measured stretch begins or ends: how long support had been open by then.
with measured as (
    select k.calendar, s.starts_at, s.ends_at
    from intermediate.ticket_stretch as s
    join intermediate.ticket_calendar as k on s.ticket_id = k.ticket_id
    union all
    select calendar, starts_at, ends_at from intermediate.sla_stretch
    union all
    select calendar, opened_at as starts_at, stops_at as ends_at
    from intermediate.sla_clock
    where target_minutes is not null and stops_at is not null
),

placed as (
    select calendar, starts_at as at_instant, true as is_asked, null as opens_at, null as closes_at, null as seconds_before
    from measured
    union
    select calendar, ends_at as at_instant, true as is_asked, null as opens_at, null as closes_at, null as seconds_before
    from measured
    union all
    select calendar, opens_at as at_instant, false as is_asked, opens_at, closes_at, open_seconds_before as seconds_before
    from intermediate.business_day
),

-- Openings come in order, so the greatest of those before an instant is the last.
seen as (
    select
        calendar,
        at_instant,
        is_asked,
        max(opens_at) over (
            partition by calendar order by at_instant, is_asked rows between unbounded preceding and current row
        ) as opens_at,
        max(closes_at) over (
            partition by calendar order by at_instant, is_asked rows between unbounded preceding and current row
        ) as closes_at,
        max(seconds_before) over (
            partition by calendar order by at_instant, is_asked rows between unbounded preceding and current row
        ) as seconds_before
    from placed
)

select
    calendar,
    at_instant,
    -- Before the first opening nothing had been open yet.
    coalesce(
        seconds_before * 1000000 + date_diff('microsecond', opens_at, least(at_instant, closes_at)),
        0
    ) as open_microseconds
from seen
where is_asked

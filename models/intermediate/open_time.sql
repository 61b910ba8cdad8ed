-- One row per instant at which a measured stretch begins or ends: how long support had been open by then.
with instant as (
    select starts_at as at_instant from intermediate.ticket_stretch
    union
    select ends_at as at_instant from intermediate.ticket_stretch
)

select
    i.at_instant,
    -- Before the first opening nothing had been open yet.
    coalesce(
        d.open_seconds_before * 1000000
        + date_diff('microsecond', d.opens_at, least(i.at_instant, d.closes_at)),
        0
    ) as open_microseconds
from instant as i
left join intermediate.business_day as d on i.at_instant >= d.opens_at and i.at_instant < d.next_opens_at

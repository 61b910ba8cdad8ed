-- One row per promise: the first instant by which enough time had been open; null where the calendar does not go so far.
with placed as (
    select
        calendar, ticket_id, measure, due_microseconds as position,
        null as opens_at, null as closes_at, null as position_before, 0 as is_day
    from intermediate.sla_progress
    union all
    select
        calendar, null as ticket_id, null as measure, open_seconds_before * 1000000 as position,
        opens_at, closes_at, open_seconds_before * 1000000 as position_before, 1 as is_day
    from intermediate.business_day
),

-- A time used up with the end of a day is due on that day, not at the opening of the next.
seen as (
    select
        ticket_id,
        measure,
        is_day,
        position - max(position_before) over (
            partition by calendar order by position, is_day rows between unbounded preceding and current row
        ) as into_day,
        max(opens_at) over (
            partition by calendar order by position, is_day rows between unbounded preceding and current row
        ) as opens_at,
        max(closes_at) over (
            partition by calendar order by position, is_day rows between unbounded preceding and current row
        ) as closes_at
    from placed
)

select
    ticket_id,
    measure,
    case
        when into_day <= date_diff('microsecond', opens_at, closes_at)
            then opens_at + interval '1' second * (into_day // 1000000) + interval '1' microsecond * (into_day % 1000000)
    end as due_at
from seen
where is_day = 0

with opened as (
    select
        cast(date_trunc('month', opened_at) as date) as month,
        segment,
        priority,
        channel,
        count(*) as opened_count,
        count(first_reply_minutes) as replied_count,
        sum(first_reply_minutes) as first_reply_minutes,
        sum(first_reply_business_minutes) as first_reply_business_minutes,
        median(first_reply_minutes) as median_first_reply_minutes,
        median(first_reply_business_minutes) as median_first_reply_business_minutes
    from marts.ticket_times
    group by cast(date_trunc('month', opened_at) as date), segment, priority, channel
),

-- A rating of a ticket that is open again, or whose solution is not known, counts in the month the ticket was opened.
ended as (
    select
        cast(date_trunc('month', coalesce(solved_at, opened_at)) as date) as month,
        segment,
        priority,
        channel,
        count(solved_at) as solved_count,
        sum(full_resolution_minutes) as full_resolution_minutes,
        sum(full_resolution_business_minutes) as full_resolution_business_minutes,
        median(full_resolution_minutes) as median_full_resolution_minutes,
        count(*) filter (where solved_at is not null and is_one_touch) as one_touch_count,
        count(*) filter (where solved_at is not null and reopen_count > 0) as reopened_count,
        count(*) filter (where csat = 'good') as csat_good_count,
        count(*) filter (where csat = 'bad') as csat_bad_count
    from marts.ticket_times
    group by cast(date_trunc('month', coalesce(solved_at, opened_at)) as date), segment, priority, channel
)

select
    coalesce(o.month, e.month) as month,
    coalesce(o.segment, e.segment) as segment,
    coalesce(o.priority, e.priority) as priority,
    coalesce(o.channel, e.channel) as channel,
    coalesce(o.opened_count, 0) as opened_count,
    coalesce(o.replied_count, 0) as replied_count,
    coalesce(o.first_reply_minutes, 0) as first_reply_minutes,
    coalesce(o.first_reply_business_minutes, 0) as first_reply_business_minutes,
    o.median_first_reply_minutes,
    o.median_first_reply_business_minutes,
    coalesce(e.solved_count, 0) as solved_count,
    coalesce(e.full_resolution_minutes, 0) as full_resolution_minutes,
    coalesce(e.full_resolution_business_minutes, 0) as full_resolution_business_minutes,
    e.median_full_resolution_minutes,
    coalesce(e.one_touch_count, 0) as one_touch_count,
    coalesce(e.reopened_count, 0) as reopened_count,
    coalesce(e.csat_good_count, 0) as csat_good_count,
    coalesce(e.csat_bad_count, 0) as csat_bad_count
from opened as o
full join ended as e
    on o.month = e.month and o.segment = e.segment and o.priority = e.priority and o.channel = e.channel

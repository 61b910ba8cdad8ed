-- One row per company that was ever in touch: the last touch, and how our messages were answered in policy's window.
with last_one as (
    select
        company_id,
        max(happened_at) as last_touch_at,
        arg_max(channel, (happened_at, object_id)) as last_touch_channel,
        arg_max(direction, (happened_at, object_id)) as last_touch_direction
    from intermediate.touch
    where company_id is not null
    group by company_id
),

last_answer as (
    select conversation_id, max(happened_at) as last_written_at
    from intermediate.touch
    where direction = 'in' and object = 'message'
    group by conversation_id
),

-- Tickets are left out: there the last word is ours by trade.
sent as (
    select
        t.company_id,
        count(*) as sent_count,
        count(*) filter (where a.last_written_at > t.happened_at) as answered_count
    from intermediate.touch as t
    join objects.conversation as c on t.conversation_id = c.conversation_id
    left join last_answer as a on t.conversation_id = a.conversation_id
    cross join meta.run as r
    cross join policy.health as p
    where t.direction = 'out'
        and t.object = 'message'
        and t.company_id is not null
        and c.ticket_id is null
        and date_diff('day', cast(t.happened_at as date), r.as_of_on) <= p.response_days
    group by t.company_id
)

select
    l.company_id,
    l.last_touch_at,
    l.last_touch_channel,
    l.last_touch_direction,
    coalesce(s.sent_count, 0) as sent_count,
    coalesce(s.answered_count, 0) as answered_count
from last_one as l
left join sent as s on l.company_id = s.company_id

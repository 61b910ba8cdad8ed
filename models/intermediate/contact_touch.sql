-- One row per contact that was ever in touch: the last touch, and the messages in and out within policy's window.
select
    t.contact_id,
    max(t.happened_at) as last_touch_at,
    arg_max(t.channel, (t.happened_at, t.object_id)) as last_touch_channel,
    count(*) filter (
        where t.object = 'message'
            and t.direction = 'in'
            and date_diff('day', cast(t.happened_at as date), r.as_of_on) <= p.message_days
    ) as messages_in,
    count(*) filter (
        where t.object = 'message'
            and t.direction = 'out'
            and date_diff('day', cast(t.happened_at as date), r.as_of_on) <= p.message_days
    ) as messages_out
from intermediate.contact_reached as t
cross join meta.run as r
cross join policy.portfolio as p
group by t.contact_id

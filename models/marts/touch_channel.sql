with touched as (
    select 'company' as subject_type, company_id as subject_id, channel, happened_at, direction, object, object_id
    from intermediate.touch
    where company_id is not null
    union all
    select 'contact' as subject_type, contact_id as subject_id, channel, happened_at, direction, object, object_id
    from intermediate.contact_reached
),

past as (
    select
        t.subject_type,
        t.subject_id,
        t.channel,
        max(t.happened_at) as last_at,
        arg_max(coalesce(t.direction, ''), (t.happened_at, t.object_id)) as last_direction,
        arg_max(t.object, (t.happened_at, t.object_id)) as last_object,
        arg_max(t.object_id, (t.happened_at, t.object_id)) as last_object_id,
        count(*) filter (
            where t.direction = 'in' and date_diff('day', cast(t.happened_at as date), r.as_of_on) <= p.cover_days
        ) as in_count,
        count(*) filter (
            where t.direction = 'out' and date_diff('day', cast(t.happened_at as date), r.as_of_on) <= p.cover_days
        ) as out_count
    from touched as t
    cross join meta.run as r
    cross join policy.relationship as p
    group by t.subject_type, t.subject_id, t.channel
),

ahead as (
    select
        subject_type,
        subject_id,
        channel,
        min(next_at) as next_at,
        arg_min(object, (next_at, object_id)) as next_object,
        arg_min(object_id, (next_at, object_id)) as next_object_id
    from intermediate.touch_ahead
    group by subject_type, subject_id, channel
)

select
    coalesce(p.subject_type, a.subject_type) as subject_type,
    coalesce(p.subject_id, a.subject_id) as subject_id,
    coalesce(p.channel, a.channel) as channel,
    p.last_at,
    nullif(p.last_direction, '') as last_direction,
    p.last_object,
    p.last_object_id,
    coalesce(p.in_count, 0) as in_count,
    coalesce(p.out_count, 0) as out_count,
    a.next_at,
    a.next_object,
    a.next_object_id
from past as p
full join ahead as a
    on p.subject_type = a.subject_type and p.subject_id = a.subject_id and p.channel = a.channel

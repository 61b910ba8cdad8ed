with touched as (
    select
        company_id,
        max(happened_at) as last_touch_at,
        max(happened_at) filter (where direction = 'in' or channel = 'meeting') as last_heard_at
    from intermediate.touch
    where company_id is not null
    group by company_id
),

ahead as (
    select subject_id as company_id, min(next_at) as next_touch_at
    from intermediate.touch_ahead
    where subject_type = 'company'
    group by subject_id
),

answered as (
    select
        t.company_id,
        count(*) filter (where t.answered_by = 'us') as our_reply_count,
        median(t.minutes) filter (where t.answered_by = 'us') as our_reply_minutes,
        count(*) filter (where t.answered_by = 'them') as their_reply_count,
        median(t.minutes) filter (where t.answered_by = 'them') as their_reply_minutes
    from intermediate.reply_time as t
    cross join meta.run as r
    cross join policy.relationship as p
    where date_diff('day', cast(t.answered_at as date), r.as_of_on) <= p.cover_days
    group by t.company_id
),

left_us as (
    select from_company_id as company_id, contact_id, contact_name, changed_on, to_company_name
    from marts.job_change
    where was_champion and has_left
    qualify row_number() over (partition by from_company_id order by changed_on desc, contact_id asc) = 1
),

known as (
    select company_id from touched
    union
    select company_id from ahead
    union
    select company_id from intermediate.company_role
)

select
    k.company_id,
    t.last_touch_at,
    t.last_heard_at,
    a.next_touch_at,
    coalesce(w.our_reply_count, 0) as our_reply_count,
    w.our_reply_minutes,
    coalesce(w.their_reply_count, 0) as their_reply_count,
    w.their_reply_minutes,
    coalesce(o.people, 0) as people,
    coalesce(o.people_touched, 0) as people_touched,
    o.roles_known,
    o.roles_covered,
    o.roles_missing,
    l.contact_id as champion_left_id,
    l.contact_name as champion_left_name,
    l.changed_on as champion_left_on,
    l.to_company_name as champion_went_to,
    coalesce(o.people_touched between 1 and p.single_thread_people, false) as is_single_threaded,
    m.team_member_id is null or not coalesce(m.is_active, true) as is_unowned
from known as k
join objects.company as c on k.company_id = c.company_id
cross join policy.relationship as p
left join touched as t on k.company_id = t.company_id
left join ahead as a on k.company_id = a.company_id
left join answered as w on k.company_id = w.company_id
left join intermediate.company_role as o on k.company_id = o.company_id
left join left_us as l on k.company_id = l.company_id
left join objects.team_member as m on c.owner_id = m.team_member_id
where c.source_deleted_at is null

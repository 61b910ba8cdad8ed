with known as (
    select company_id, count(distinct coalesce(contact_id, product_user_id)) as known_users
    from objects.product_user
    where company_id is not null and coalesce(status, 'active') <> 'deactivated' and source_deleted_at is null
    group by company_id
),

-- What there is to be used is what anybody uses.
feature as (
    select count(distinct u.event_name) as feature_count
    from intermediate.usage_day as u
    cross join meta.run as r
    cross join policy.usage as p
    where date_diff('day', u.used_on, r.as_of_on) between 1 and greatest(p.feature_days, p.window_days)
),

reading as (
    select company_id, value, read_at from intermediate.seat_reading where next_on is null
),

company as (
    select company_id from known
    union
    select company_id from intermediate.usage_window
    union
    select company_id from intermediate.licence
    union
    select company_id from reading
)

select
    c.company_id,
    coalesce(k.known_users, 0) as known_users,
    coalesce(w.active_users, 0) as active_users,
    coalesce(w.active_users_before, 0) as active_users_before,
    coalesce(w.active_users_short, 0) as active_users_short,
    round(coalesce(w.active_users, 0) / cast(k.known_users as double), 6) as breadth,
    round(w.user_days / cast(p.window_days * nullif(w.active_users, 0) as double), 6) as stickiness,
    coalesce(w.feature_count, 0) as feature_count,
    round(coalesce(w.feature_count, 0) / cast(nullif(f.feature_count, 0) as double), 6) as feature_breadth,
    coalesce(w.event_count, 0) as event_count,
    coalesce(w.event_count_before, 0) as event_count_before,
    coalesce(w.weight, 0) as weight,
    case
        when w.event_count_before >= p.trend_acts
            then round((w.event_count - w.event_count_before) / cast(w.event_count_before as double), 6)
    end as trend,
    l.licences_bought,
    coalesce(m.value, w.active_users, 0) as licences_used,
    case when m.value is not null then 'reading' else 'active_users' end as licences_used_from,
    m.read_at as licences_read_at,
    round(coalesce(m.value, w.active_users, 0) / cast(nullif(l.licences_bought, 0) as double), 6) as licence_use,
    w.last_used_at
from company as c
cross join policy.usage as p
cross join feature as f
left join known as k on c.company_id = k.company_id
left join intermediate.usage_window as w on c.company_id = w.company_id
left join intermediate.licence as l on c.company_id = l.company_id
left join reading as m on c.company_id = m.company_id
where c.company_id is not null

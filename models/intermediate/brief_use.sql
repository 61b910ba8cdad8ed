-- How they use the product: who of the users is active, whether use grows, and the licences in use.
with used as (
    select
        u.*, p.window_days, m.as_of_on,
        cast(round(abs(u.trend) * 100) as bigint) as percent
    from marts.company_usage as u
    join intermediate.brief_subject as s on u.company_id = s.subject_id and s.subject_type = 'company'
    cross join policy.usage as p
    cross join meta.run as m
),

active as (
    select
        company_id,
        case
            when active_users = 0 and last_used_at is null then 'Nobody has used the product yet.'
            when active_users = 0
                then 'Nobody has used the product in the last ' || window_days || ' days; the last use was on '
                    || strftime(last_used_at, '%-d %b %Y') || '.'
            else active_users || ' of ' || greatest(known_users, active_users)
                || case when greatest(known_users, active_users) = 1 then ' user was' else ' users were' end
                || ' active in the last ' || window_days || ' days'
                || case
                    when trend is null then ''
                    when percent = 0 then '; they use it as much as in the ' || window_days || ' days before'
                    else '; they use it ' || percent || ' % ' || case when trend > 0 then 'more' else 'less' end
                        || ' than in the ' || window_days || ' days before'
                end
                || ', last on ' || strftime(last_used_at, '%-d %b %Y') || '.'
        end as sentence,
        cast(last_used_at as date) as occurred_on
    from used
    where known_users > 0 or last_used_at is not null
),

last_act as (
    select company_id, arg_max(usage_event_id, (occurred_at, usage_event_id)) as usage_event_id
    from objects.usage_event
    cross join meta.run as r
    where company_id is not null and occurred_at < cast(r.as_of_on as timestamp)
    group by company_id
),

seats as (
    select
        company_id,
        case
            when licences_used_from = 'reading' then format('{:,}', cast(licences_used as bigint)) || ' of '
            else 'They pay for '
        end
        || format('{:,}', cast(licences_bought as bigint))
        || case when licences_bought = 1 then ' licence' else ' licences' end
        || case when licences_used_from <> 'reading' then '.' when licences_bought = 1 then ' was' else ' were' end
        || case
            when licences_used_from = 'reading' then ' in use on ' || strftime(licences_read_at, '%-d %b %Y') || '.'
            else ''
        end
            as sentence
    from used
    where licences_bought > 0
)

select 'company' as subject_type, a.company_id as subject_id, 'use' as section, 10 as rank, a.sentence, a.occurred_on,
    'product_user' as object, u.product_user_id as object_id
from active as a
join objects.product_user as u on a.company_id = u.company_id
where u.source_deleted_at is null
union all
select 'company', a.company_id, 'use', 10, a.sentence, a.occurred_on, 'usage_event', e.usage_event_id
from active as a
join last_act as e on a.company_id = e.company_id
union all
select 'company', l.company_id, 'use', 20, l.sentence, null, 'subscription', s.subscription_id
from seats as l
join objects.subscription as s on l.company_id = s.company_id
where s.source_deleted_at is null and s.status not in ('incomplete', 'incomplete_expired', 'canceled')

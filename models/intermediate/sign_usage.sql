-- Changes of `usage_level` and `usage_breadth`, by day: active users (`part`), and licences bought or users known (`whole`). A user
-- is active on a day when they did anything in policy's window, which ends with the day before. From a company's first use on.
with used as (
    select company_id, user_id, used_on
    from intermediate.usage_day
    where company_id is not null
    group by company_id, user_id, used_on
),

-- From the day after a use on, until the window is over or that of the next use begins.
active as (
    select
        u.company_id, cast(u.used_on + interval 1 day as date) as from_on,
        least(
            cast(u.used_on + interval 1 day * (p.window_days + 1) as date),
            cast(lead(u.used_on) over (partition by u.company_id, u.user_id order by u.used_on) + interval 1 day as date)
        ) as to_on
    from used as u
    cross join policy.usage as p
),

begun as (
    select company_id, min(from_on) as begun_on from active group by company_id
),

-- Who was deactivated from the first version on was so since an unknown day: the last change of the record, or the last use.
closed as (
    select product_user_id, min(case when status = 'deactivated' then valid_from end) as closed_at, min(valid_from) as began_at
    from history.product_user
    group by product_user_id
),

account as (
    select
        u.company_id, coalesce(cast(least(u.signed_up_at, u.first_active_at, u.created_at) as date), b.begun_on) as from_on,
        case
            when u.status = 'deactivated' then least(r.as_of_on, coalesce(
                cast(case when c.closed_at > c.began_at then c.closed_at end as date),
                greatest(cast(u.updated_at as date), cast(u.last_active_at + interval 1 day as date))
            ))
        end as to_on,
        b.begun_on
    from objects.product_user as u
    join begun as b on u.company_id = b.company_id
    cross join meta.run as r
    left join closed as c on u.product_user_id = c.product_user_id
    where u.source_deleted_at is null
),

seat as (
    select v.company_id, cast(v.runs_from as date) as from_on, cast(v.runs_to as date) as to_on, v.quantity, b.begun_on
    from intermediate.subscription_version_run as v
    join begun as b on v.company_id = b.company_id
    join objects.product as o on v.product_id = o.product_id
    join policy.usage_seat_categories as c on o.category = c.value
    join policy.revenue_set_counted_statuses as k on v.status = k.value
    join policy.revenue_set as s on k.policy_id = s.policy_id and s.is_main
    where not v.is_metered
)

select a.company_id, f.factor, a.from_on as on_day, 1 as part, 0 as whole
from active as a
cross join (select unnest(['usage_level', 'usage_breadth']) as factor) as f
union all
select a.company_id, f.factor, a.to_on, -1, 0
from active as a
cross join (select unnest(['usage_level', 'usage_breadth']) as factor) as f
union all
select company_id, 'usage_breadth', greatest(from_on, begun_on), 0, 1 from account
union all
select company_id, 'usage_breadth', greatest(to_on, begun_on), 0, -1 from account where to_on is not null
union all
select company_id, 'usage_level', greatest(from_on, begun_on), 0, quantity from seat
union all
select company_id, 'usage_level', greatest(to_on, begun_on), 0, -quantity from seat where to_on is not null

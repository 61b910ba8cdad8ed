-- Changes of `usage_breadth` and `usage_trend`, by day. Breadth: active users (`part`) and users known (`whole`),
-- from a company's first use on. Trend: what was done more in policy's window, which ends with the day before, than
-- in the window before that (`part`), and what was done in that (`whole`).
with begun as (
    select company_id, min(from_on) as begun_on from intermediate.user_spell group by company_id
),

closed as (
    select product_user_id, min(case when status = 'deactivated' then valid_from end) as closed_at,
        min(valid_from) as began_at
    from history.product_user
    group by product_user_id
),

-- Who was deactivated from the first version on was so since an unknown day: the last change of the record, or the last use.
account as (
    select
        u.company_id, coalesce(u.contact_id, u.product_user_id) as user_id,
        coalesce(cast(least(u.signed_up_at, u.first_active_at, u.created_at) as date), b.begun_on) as from_on,
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

-- A person counts from the first of their accounts to the end of the last.
person as (
    select
        company_id, user_id, min(from_on) as from_on, begun_on,
        case when count(*) = count(to_on) then max(to_on) end as to_on
    from account
    group by company_id, user_id, begun_on
),

acted as (
    select company_id, used_on, sum(event_count) as event_count
    from intermediate.usage_day
    where company_id is not null
    group by company_id, used_on
)

select company_id, 'usage_breadth' as factor, from_on as on_day, 1 as part, 0 as whole from intermediate.user_spell
union all
select company_id, 'usage_breadth', to_on, -1, 0 from intermediate.user_spell
union all
select company_id, 'usage_breadth', greatest(from_on, begun_on), 0, 1 from person
union all
select company_id, 'usage_breadth', greatest(to_on, from_on, begun_on), 0, -1 from person where to_on is not null
union all
-- A use counts as now, then as before, then no more.
select
    a.company_id, 'usage_trend', cast(a.used_on + interval 1 day * (s.step * p.window_days + 1) as date),
    a.event_count * case s.step when 1 then -2 else 1 end,
    a.event_count * case s.step when 0 then 0 when 1 then 1 else -1 end
from acted as a
cross join policy.usage as p
cross join (select unnest([0, 1, 2]) as step) as s

-- Changes of `usage_level`, by day: licences in use (`part`) and bought (`whole`). In use are as many as the newest
-- reading says; until there is one, as many as there are active users. From a company's first use or reading on.
with first_reading as (
    select company_id, min(read_on) as read_on from intermediate.seat_reading group by company_id
),

-- From the first reading on, active users are not counted here.
active as (
    select u.company_id, u.from_on, least(u.to_on, f.read_on) as to_on
    from intermediate.user_spell as u
    left join first_reading as f on u.company_id = f.company_id
    where f.read_on is null or u.from_on < f.read_on
),

told as (
    select company_id, from_on as told_on from active
    union all
    select company_id, read_on from first_reading
),

begun as (
    select company_id, min(told_on) as begun_on from told group by company_id
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

select company_id, 'usage_level' as factor, from_on as on_day, 1 as part, 0 as whole from active
union all
select company_id, 'usage_level', to_on, -1, 0 from active
union all
select company_id, 'usage_level', read_on, value, 0 from intermediate.seat_reading
union all
select company_id, 'usage_level', next_on, -value, 0 from intermediate.seat_reading where next_on is not null
union all
select company_id, 'usage_level', greatest(from_on, begun_on), 0, quantity from seat
union all
select company_id, 'usage_level', greatest(to_on, begun_on), 0, -quantity from seat where to_on is not null

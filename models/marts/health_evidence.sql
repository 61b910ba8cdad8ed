with touched as (
    select company_id, object, object_id, happened_at
    from intermediate.touch
    where company_id is not null
    qualify row_number() over (partition by company_id order by happened_at desc, object_id desc, object asc) = 1
),

used as (
    select company_id, first_event_id, first_at
    from intermediate.usage_day
    where company_id is not null
    qualify row_number() over (partition by company_id order by used_on desc, first_at desc, first_event_id desc) = 1
),

active as (
    select distinct u.user_id
    from intermediate.user_spell as u
    join meta.run as r on u.from_on <= r.as_of_on and u.to_on > r.as_of_on
),

due as (
    select
        i.company_id, i.factor, i.object, i.object_id, i.due_on,
        coalesce(i.due_on < r.as_of_on, false) and coalesce(i.settled_on > r.as_of_on, true) as is_against
    from intermediate.late_item as i
    cross join meta.run as r
    where i.known_from <= r.as_of_on and coalesce(i.known_to > r.as_of_on, true)
),

found as (
    select company_id, factor, object, object_id, happened_at, is_against from intermediate.health_case
    union all
    select company_id, 'last_touch', object, object_id, happened_at, false from touched
    union all
    select u.company_id, f.factor, 'usage_event', u.first_event_id, u.first_at, false
    from used as u
    cross join (select unnest(['usage_level', 'usage_trend', 'usage_breadth']) as factor) as f
    union all
    select company_id, 'usage_level', 'metric_reading', metric_reading_id, read_at, false
    from intermediate.seat_reading
    where next_on is null
    union all
    select p.company_id, 'usage_breadth', 'product_user', p.product_user_id, p.last_active_at, a.user_id is null
    from objects.product_user as p
    left join active as a on coalesce(p.contact_id, p.product_user_id) = a.user_id
    where coalesce(p.status, 'active') <> 'deactivated' and p.source_deleted_at is null
    union all
    -- What is paid in time is not told one by one; a service is, whatever its state.
    select company_id, factor, object, object_id, cast(due_on as timestamp), is_against
    from due
    where is_against or object = 'service'
    union all
    select s.company_id, 'contract_time_left', 'subscription', s.subscription_id, s.paid_from, not s.goes_on
    from intermediate.paid_subscription as s
    cross join meta.run as r
    where s.from_on <= r.as_of_on and coalesce(s.to_on > r.as_of_on, true)
    union all
    select company_id, 'csm_score', 'company', company_id as object_id, csm_score_at, false from objects.company
    union all
    select c.company_id, 'champion_left', 'contact', c.contact_id, cast(c.from_on as timestamp), c.has_left
    from intermediate.champion_spell as c
    cross join meta.run as r
    where c.from_on <= r.as_of_on and coalesce(c.to_on > r.as_of_on, true)
)

select e.company_id, e.factor, e.object, e.object_id, e.happened_at, e.is_against
from found as e
join marts.health_factor as f on e.company_id = f.company_id and e.factor = f.factor

-- One row per company, user, UTC day and act in the product: how often, and what it counts. What no user is known of is
-- use all the same, by nobody.
select
    u.company_id,
    coalesce(u.product_user_id, u.source_system || ':' || u.external_user_id) as user_id,
    u.contact_id,
    cast(u.occurred_at as date) as used_on,
    u.event_name,
    count(*) as event_count,
    sum(coalesce(u.weight, 1)) as weight,
    min(u.occurred_at) as first_at,
    max(u.occurred_at) as last_at,
    arg_min(u.usage_event_id, (u.occurred_at, u.usage_event_id)) as first_event_id
from objects.usage_event as u
cross join meta.run as r
where u.occurred_at <= r.as_of and u.source_deleted_at is null
group by
    u.company_id, coalesce(u.product_user_id, u.source_system || ':' || u.external_user_id), u.contact_id,
    cast(u.occurred_at as date), u.event_name

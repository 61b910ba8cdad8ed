-- One row per company, user, UTC day and act in the product: how often, and what it counts. A user is a person, however many
-- accounts of theirs there are; an account nobody is known by is a user of its own. What no account is known of is use all
-- the same.
with used as (
    select
        u.company_id,
        coalesce(a.contact_id, u.contact_id, u.product_user_id, u.source_system || ':' || u.external_user_id) as user_id,
        coalesce(a.contact_id, u.contact_id) as contact_id,
        cast(u.occurred_at as date) as used_on,
        u.event_name,
        u.weight,
        u.occurred_at,
        u.usage_event_id
    from objects.usage_event as u
    left join objects.product_user as a on u.product_user_id = a.product_user_id
    cross join meta.run as r
    where u.occurred_at <= r.as_of and u.source_deleted_at is null
)

select
    company_id,
    user_id,
    contact_id,
    used_on,
    event_name,
    count(*) as event_count,
    sum(coalesce(weight, 1)) as weight,
    min(occurred_at) as first_at,
    max(occurred_at) as last_at,
    arg_min(usage_event_id, (occurred_at, usage_event_id)) as first_event_id
from used
group by company_id, user_id, contact_id, used_on, event_name

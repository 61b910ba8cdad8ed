-- Fills who a user is and where, and first and last use from what was used.
with used as (
    select
        s.product_user_id,
        min(e.occurred_at) as first_at,
        max(e.occurred_at) as last_at
    from sourced as s
    join sourced.usage_event as e
        on s.product_user_id = e.product_user_id
        or (e.product_user_id is null and s.source_system = e.source_system and s.external_user_id = e.external_user_id)
    where e.source_deleted_at is null
    group by s.product_user_id
),

addressed as (
    select s.product_user_id, min(e.contact_id) as contact_id
    from sourced as s
    join objects.contact_email as e on lower(trim(s.email)) = e.address
    where s.contact_id is null and e.source_deleted_at is null
    group by s.product_user_id
    having count(distinct e.contact_id) = 1
),

known as (
    select s.*, coalesce(s.contact_id, a.contact_id) as person_id
    from sourced as s
    left join addressed as a on s.product_user_id = a.product_user_id
)

select
    k.* exclude (person_id, contact_id, company_id, email, first_active_at, last_active_at),
    k.person_id as contact_id,
    coalesce(k.company_id, j.company_id) as company_id,
    lower(trim(k.email)) as email,
    coalesce(k.first_active_at, u.first_at) as first_active_at,
    coalesce(k.last_active_at, u.last_at) as last_active_at
from known as k
cross join meta.run as r
left join used as u on k.product_user_id = u.product_user_id
left join behaviour.company_then as j
    on k.person_id = j.contact_id and r.as_of_on >= j.from_on and r.as_of_on < j.to_on

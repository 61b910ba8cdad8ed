-- Who a brief is written for: companies and people that are worth one by policy. What changed is told
-- after `changed_after_at`: when we last talked with them, tickets aside, or by policy.
with talked as (
    select company_id, max(happened_at) as spoken_at
    from intermediate.touch
    where company_id is not null and channel <> 'ticket' and coalesce(direction, 'out') = 'out'
    group by company_id
),

company as (
    select c.company_id, s.customer_status in ('coming', 'customer', 'canceled') as is_customer, k.spoken_at
    from objects.company as c
    join intermediate.company_status as s on c.company_id = s.company_id
    cross join meta.run as r
    cross join policy.brief as p
    left join intermediate.company_pipeline as o on c.company_id = o.company_id
    left join intermediate.company_touch as t on c.company_id = t.company_id
    left join talked as k on c.company_id = k.company_id
    where c.source_deleted_at is null
        and (
            s.customer_status in ('coming', 'customer', 'canceled')
            or o.open_count > 0
            or date_diff('day', cast(t.last_touch_at as date), r.as_of_on) <= p.brief_days
            or (s.customer_status = 'lost' and date_diff('day', s.customer_to, r.as_of_on) <= p.brief_days)
        )
),

reached as (
    select
        contact_id,
        max(happened_at) as last_at,
        max(happened_at) filter (where channel <> 'ticket' and coalesce(direction, 'out') = 'out') as spoken_at
    from intermediate.contact_reached
    group by contact_id
),

workplace as (
    select contact_id, company_id
    from intermediate.main_company as m
    cross join meta.run as r
    where r.as_of_on >= coalesce(m.from_on, date '0001-01-01') and r.as_of_on < coalesce(m.to_on, date '9999-12-31')
),

person as (
    select p.contact_id, w.company_id, h.spoken_at
    from objects.contact as p
    cross join meta.run as r
    cross join policy.brief as b
    left join workplace as w on p.contact_id = w.contact_id
    left join company as c on w.company_id = c.company_id
    left join reached as h on p.contact_id = h.contact_id
    where p.source_deleted_at is null
        and (c.is_customer or date_diff('day', cast(h.last_at as date), r.as_of_on) <= b.brief_days)
),

subject as (
    select 'company' as subject_type, company_id as subject_id, company_id, spoken_at from company
    union all
    select 'contact' as subject_type, contact_id as subject_id, company_id, spoken_at from person
)

select
    s.subject_type, s.subject_id, s.company_id,
    greatest(
        coalesce(s.spoken_at, timestamp '0001-01-01'), r.as_of - interval '1' day * cast(p.changed_days as integer)
    ) as changed_after_at
from subject as s
cross join meta.run as r
cross join policy.brief as p

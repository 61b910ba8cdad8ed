-- One row per piece of evidence of where a person stands: what, when, about what, for which company (the main one then),
-- how much it counts, and the days on which the person was there while that company was a customer.
with everything as (
    select * from intermediate.evidence_signal
    union all
    select * from intermediate.evidence_talk
    union all
    select * from intermediate.evidence_work
    union all
    select * from intermediate.evidence_money
)

select
    e.contact_id,
    e.kind,
    e.object,
    e.object_id,
    e.occurred_at,
    cast(e.occurred_at as date) as occurred_on,
    e.topic,
    coalesce(s.strength, 1) as strength,
    m.company_id,
    case when c.customer_since is not null then greatest(m.from_on, c.customer_since) end as customer_from_on,
    case when c.customer_since is not null then least(m.to_on, c.customer_to) end as customer_to_on
from everything as e
join objects.contact as p on e.contact_id = p.contact_id
cross join meta.run as r
left join policy.path_strengths as s on e.kind = s.kind
left join intermediate.main_company as m
    on e.contact_id = m.contact_id
    and cast(e.occurred_at as date) >= coalesce(m.from_on, date '0001-01-01')
    and cast(e.occurred_at as date) < coalesce(m.to_on, date '9999-12-31')
left join intermediate.company_status as c on m.company_id = c.company_id
where p.source_deleted_at is null and e.occurred_at <= r.as_of

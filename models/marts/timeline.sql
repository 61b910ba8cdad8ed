with happening as (
    select company_id, contact_id, happened_at, kind, title, object, object_id
    from intermediate.talk_happening
    union all
    select company_id, cast(null as varchar) as contact_id, happened_at, kind, title, object, object_id
    from intermediate.sale_happening
    union all
    select company_id, cast(null as varchar) as contact_id, happened_at, kind, title, object, object_id
    from intermediate.money_happening
    union all
    select company_id, contact_id, happened_at, kind, title, object, object_id
    from intermediate.work_happening
    union all
    select company_id, contact_id, happened_at, kind, title, object, object_id
    from intermediate.issue_happening
)

select h.company_id, h.contact_id, h.happened_at, h.kind, h.title, h.object, h.object_id
from happening as h
cross join meta.run as r
where h.happened_at <= r.as_of and coalesce(h.company_id, h.contact_id) is not null

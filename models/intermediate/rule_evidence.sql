-- One row per piece of evidence and rule it counts for: the days on which it does, [from_on, to_on).
with counted as (
    select
        e.contact_id, e.object, e.object_id, e.kind, e.occurred_on, e.strength, r.rule, r.stage, r.needed, r.half_life_days,
        case when r.requires_customer then greatest(e.occurred_on, e.customer_from_on) else e.occurred_on end as from_on,
        case when r.requires_customer then least(e.occurred_on + cast(r.window_days as integer), e.customer_to_on)
            else e.occurred_on + cast(r.window_days as integer)
        end as to_on
    from intermediate.evidence as e
    join policy.path_rules as r on list_contains(r.kinds, e.kind)
    where not r.requires_customer or e.customer_from_on is not null
)

select c.*
from counted as c
cross join meta.run as n
where c.from_on < c.to_on and c.from_on <= n.as_of_on

-- One row per ticket that was promised something: by the contract that was live when it was opened, of its company, else
-- of the nearest one above; of several, by the one that promises most.
-- What was promised hangs on the priority the ticket was opened with.
with opened as (
    select m.ticket_id, t.company_id, cast(m.opened_at as date) as opened_on, f.priority
    from intermediate.ticket_milestone as m
    join objects.ticket as t on m.ticket_id = t.ticket_id
    join intermediate.opening_priority as f on m.ticket_id = f.ticket_id
),

lineage as (
    select company_id, ancestor_id, depth from intermediate.company_tree
    union
    select company_id, company_id as ancestor_id, 0 as depth from objects.company
),

promised as (
    select
        o.ticket_id,
        c.contract_id,
        c.sla_name,
        l.depth,
        coalesce(c.first_response_minutes, g.first_response_minutes) as first_response_minutes,
        coalesce(c.resolution_minutes, g.resolution_minutes) as resolution_minutes,
        row_number() over (
            partition by o.ticket_id, c.contract_id
            order by g.sla_name = '*' nulls last, g.priority = '*' nulls last
        ) as closeness
    from opened as o
    join lineage as l on o.company_id = l.company_id
    join intermediate.contract_promise as c
        on l.ancestor_id = c.company_id
        and o.opened_on >= c.live_from
        and (c.live_to is null or o.opened_on < c.live_to)
    left join policy.sla_target as g
        on g.sla_name in (c.sla_name, '*')
        and g.priority in (o.priority, '*')
),

ranked as (
    select
        p.*,
        row_number() over (
            partition by p.ticket_id
            order by p.depth, p.first_response_minutes nulls last, p.resolution_minutes nulls last, p.contract_id
        ) as place
    from promised as p
    where p.closeness = 1 and (p.first_response_minutes is not null or p.resolution_minutes is not null)
)

select ticket_id, contract_id, sla_name, first_response_minutes, resolution_minutes
from ranked
where place = 1

-- Evidence from sales: of everyone who has a part in an opportunity, that it was opened, and that it was won.
with part as (
    select distinct p.contact_id, o.opportunity_id, o.created_at, o.closed_at, o.status
    from objects.opportunity_contact as p
    join objects.opportunity as o on p.opportunity_id = o.opportunity_id
    where p.source_deleted_at is null and o.source_deleted_at is null
)

select
    contact_id,
    created_at as occurred_at,
    'opportunity_open' as kind,
    cast(null as varchar) as topic,
    'opportunity' as object,
    opportunity_id as object_id
from part
where created_at is not null
union all
select
    contact_id,
    closed_at as occurred_at,
    'opportunity_won' as kind,
    cast(null as varchar) as topic,
    'opportunity' as object,
    opportunity_id as object_id
from part
where status = 'won' and closed_at is not null

-- A person's times at stages follow each other without a gap, the last one still lasts and is where the person stands.
with ordered as (
    select
        contact_id, from_on, to_on, stage,
        lead(from_on) over (partition by contact_id order by from_on) as next_from_on
    from marts.stage_spell
)

select o.contact_id, o.from_on, o.to_on, o.next_from_on
from ordered as o
left join marts.contact_stage as n on o.contact_id = n.contact_id and o.from_on = n.since_on and o.stage = n.stage
where o.to_on is distinct from o.next_from_on or (o.to_on is null and n.contact_id is null)

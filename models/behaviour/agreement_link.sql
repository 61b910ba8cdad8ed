-- Which contract and which subscription are one agreement: the subscription names the contract, or, where it names none
-- that is known, both come from one opportunity.
with named as (
    select s.subscription_id, c.contract_id
    from objects.subscription as s
    join objects.contract as c on s.contract_id = c.contract_id
    where s.source_deleted_at is null and c.source_deleted_at is null
)

select * from named
union all
select distinct s.subscription_id, c.contract_id
from objects.subscription as s
join objects.contract as c on s.opportunity_id = c.opportunity_id
where s.source_deleted_at is null and c.source_deleted_at is null
    and s.subscription_id not in (select n.subscription_id from named as n)

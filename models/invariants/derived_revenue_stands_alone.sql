-- A subscription is derived from a won opportunity or a contract only for a company without another, and has a contract.
with real_company as (
    select distinct company_id from objects.subscription where derived_by is null
)

select s.subscription_id, s.company_id, r.company_id as also_has_others, c.contract_id
from objects.subscription as s
left join real_company as r on s.company_id = r.company_id
left join objects.contract as c on s.contract_id = c.contract_id
where s.derived_by in ('won_opportunity', 'signed_contract_makes_revenue')
    and (r.company_id is not null or c.contract_id is null)

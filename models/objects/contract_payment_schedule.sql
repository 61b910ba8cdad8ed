-- Fills the currency from the contract.
select s.* exclude (currency), coalesce(s.currency, c.currency) as currency
from sourced as s
left join sourced.contract as c on s.contract_id = c.contract_id

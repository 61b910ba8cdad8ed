-- Whom a call may be answered for: its subscription (the one a renewed term goes back to) and its contract, with what is
-- the same agreement. `rank`: a bill that names several is for the first.
with linked as (
    select e.expected_invoice_id, e.currency, e.subscription_id, e.contract_id
    from behaviour.called_for_invoice as e
    union all
    select e.expected_invoice_id, e.currency, e.subscription_id, l.contract_id
    from behaviour.called_for_invoice as e
    join behaviour.agreement_link as l on e.subscription_id = l.subscription_id
    union all
    select e.expected_invoice_id, e.currency, l.subscription_id, e.contract_id
    from behaviour.called_for_invoice as e
    join behaviour.agreement_link as l on e.contract_id = l.contract_id
    where e.subscription_id is null
)

select expected_invoice_id, currency, 1 as rank, 'subscription:' || subscription_id as party
from linked
where subscription_id is not null
union
select l.expected_invoice_id, l.currency, 1 as rank, 'subscription:' || t.first_subscription_id as party
from linked as l
join behaviour.renewed_term as t on l.subscription_id = t.subscription_id
union
select expected_invoice_id, currency, 2 as rank, 'contract:' || contract_id as party
from linked
where contract_id is not null

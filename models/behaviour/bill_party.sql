-- For whom an invoice, or one of the service periods it is for (`stretch_id`), may answer: the subscription or else the
-- contract it names, where that calls for invoices; else (rank 3) whoever calls in its company.
with named as (
    select invoice_id, stretch_id, company_id, currency, subscription_id, contract_id
    from behaviour.billed_stretch
    union all
    select invoice_id, null as stretch_id, company_id, currency, subscription_id, contract_id
    from behaviour.answering_invoice
),

calling as (
    select distinct currency, rank, party
    from behaviour.call_party
),

placed as (
    select
        n.invoice_id, n.stretch_id, n.company_id, n.currency,
        n.subscription_id is not null or n.contract_id is not null as is_named, s.party as by_subscription,
        c.party as by_contract
    from named as n
    left join calling as s on n.currency = s.currency and 'subscription:' || n.subscription_id = s.party
    left join calling as c on n.currency = c.currency and 'contract:' || n.contract_id = c.party
)

select
    invoice_id, stretch_id, currency, is_named,
    case when by_subscription is not null then 1 when by_contract is not null then 2 else 3 end as rank,
    coalesce(by_subscription, by_contract, 'company:' || company_id) as party
from placed

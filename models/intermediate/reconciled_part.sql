-- Every difference with its reason, in the months that are reconciled.
with everything as (
    select
        'billed' as comparison, company_id, currency, month, happened_on, reason, expected_invoice_id, invoice_id,
        cast(null as varchar) as payment_id, amount
    from intermediate.reconciled_bill
    union all
    select
        'collected' as comparison, company_id, currency, month, happened_on, reason, null as expected_invoice_id, invoice_id,
        payment_id, amount
    from intermediate.reconciled_collection
)

select
    e.comparison, e.company_id, e.currency, e.month, e.happened_on, e.reason, e.expected_invoice_id, e.invoice_id,
    e.payment_id, cast(e.amount as decimal(18, 4)) as amount
from everything as e
join intermediate.reconciled_scope as s on e.month >= s.first_month and e.month <= s.last_month
where e.amount <> 0

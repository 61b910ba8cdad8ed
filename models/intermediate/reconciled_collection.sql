-- Why what was billed is not what was collected, bill by bill and payment by payment: per company, currency and month the
-- amounts add up to what was billed less what was collected, both without tax.
with foreign_paid as (
    select distinct invoice_id
    from intermediate.reconciled_payment
    where currency <> billed_currency
),

rest as (
    select
        c.*, c.unpaid - c.credited as amount, f.invoice_id is not null as is_foreign, c.due_on < r.as_of_on as is_past_due
    from intermediate.reconciled_credit as c
    cross join meta.run as r
    left join foreign_paid as f on c.invoice_id = f.invoice_id
)

select
    company_id, currency, month, due_on as happened_on,
    case
        when net_amount < 0 then 'credited'
        when is_foreign then 'fx'
        when amount < 0 or status = 'paid' then 'unexplained'
        when is_past_due or status = 'uncollectible' then 'unpaid'
        else 'timing'
    end as reason, invoice_id, cast(null as varchar) as payment_id, amount
from rest
where amount <> 0
union all
select company_id, currency, month, issued_on, 'credited', invoice_id, null, credited
from rest
where credited <> 0
union all
-- What is collected in another month than billed is missing in the one and too much in the other.
select company_id, currency, billed_month, paid_on, 'timing', invoice_id, payment_id, net_amount
from intermediate.reconciled_payment
where amount > 0 and currency = billed_currency and month <> billed_month
union all
select company_id, currency, month, paid_on, 'timing', invoice_id, payment_id, -net_amount
from intermediate.reconciled_payment
where amount > 0 and currency = billed_currency and month <> billed_month
union all
select
    company_id, currency, month, paid_on,
    case
        when amount < 0 then 'credited' when billed_currency is null then 'unexplained' else 'fx'
    end,
    invoice_id, payment_id, -net_amount
from intermediate.reconciled_payment
where amount < 0 or billed_currency is null or currency <> billed_currency

-- Why what was billed is not what was collected, bill by bill and payment by payment: per company, currency and month the
-- amounts add up to what was billed less what was collected, both without tax.
with foreign_paid as (
    select distinct invoice_id
    from intermediate.reconciled_payment
    where currency <> billed_currency
),

-- Looked at as of a past day, a bill says it is paid though its money came later.
still_to_come as (
    select p.invoice_id
    from objects.payment as p
    cross join meta.run as r
    where p.status = 'succeeded' and p.source_deleted_at is null and p.amount > 0 and p.paid_at >= r.as_of
    union
    select i.invoice_id
    from objects.invoice as i
    cross join meta.run as r
    where i.paid_at >= r.as_of
),

paid_later as (
    select distinct coalesce(c.original_id, t.invoice_id) as invoice_id
    from still_to_come as t
    left join behaviour.copied_invoice as c on t.invoice_id = c.invoice_id
),

rest as (
    select
        c.*, c.unpaid - c.credited as amount, f.invoice_id is not null as is_foreign,
        l.invoice_id is not null as is_paid_later, c.due_on < r.as_of_on as is_past_due
    from intermediate.reconciled_credit as c
    cross join meta.run as r
    left join foreign_paid as f on c.invoice_id = f.invoice_id
    left join paid_later as l on c.invoice_id = l.invoice_id
)

select
    company_id, currency, month, due_on as happened_on,
    case
        when net_amount < 0 then 'credited'
        when is_foreign then 'fx'
        when amount > 0 and status = 'paid' and is_paid_later then 'timing'
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

-- What was billed and paid: invoices, payments and refunds, credit notes, one-time sales. Amounts are shown to a cent.
select
    company_id,
    cast(issued_on as timestamp) as happened_at,
    'invoice_issued' as kind,
    concat_ws(' ', 'Invoice', number, cast(cast(round(total, 2) as decimal(18, 2)) as varchar), currency) as title,
    'invoice' as object,
    invoice_id as object_id
from objects.invoice
where status not in ('draft', 'scheduled') and not coalesce(is_generated, false) and source_deleted_at is null
union all
select
    company_id,
    -- The day after the last day to pay.
    cast(due_on + 1 as timestamp) as happened_at,
    'invoice_overdue' as kind,
    concat_ws(' ', 'Invoice', number, cast(cast(round(total, 2) as decimal(18, 2)) as varchar), currency) as title,
    'invoice' as object,
    invoice_id as object_id
from objects.invoice
where status not in ('draft', 'scheduled', 'void')
    and not coalesce(is_generated, false)
    and coalesce(cast(paid_at as date) > due_on, status <> 'paid')
    and source_deleted_at is null
union all
select
    p.company_id,
    p.paid_at as happened_at,
    case when p.status = 'failed' then 'payment_failed' when p.amount < 0 then 'refund' else 'payment' end as kind,
    concat_ws(' ', cast(cast(round(abs(p.amount), 2) as decimal(18, 2)) as varchar), p.currency, p.reason) as title,
    'payment' as object,
    p.payment_id as object_id
from objects.payment as p
where p.status in ('succeeded', 'failed') and p.source_deleted_at is null
union all
select
    company_id,
    cast(issued_on as timestamp) as happened_at,
    'credit_note' as kind,
    concat_ws(' ', cast(cast(round(amount, 2) as decimal(18, 2)) as varchar), currency, reason) as title,
    'credit_note' as object,
    credit_note_id as object_id
from objects.credit_note
where coalesce(status, 'issued') <> 'void' and source_deleted_at is null
union all
select
    company_id,
    cast(sold_on as timestamp) as happened_at,
    'sale' as kind,
    concat_ws(' ', description, cast(cast(round(amount, 2) as decimal(18, 2)) as varchar), currency) as title,
    'sale' as object,
    sale_id as object_id
from objects.sale
where source_deleted_at is null

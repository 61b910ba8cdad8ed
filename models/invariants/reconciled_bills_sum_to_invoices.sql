-- What reconciliation says was billed in a month is what the month's invoices ask for without tax, less their discounts.
with told as (
    select invoice_id, sum(discount_amount) as off
    from objects.invoice_line
    where source_deleted_at is null
    group by invoice_id
),

invoiced as (
    select
        i.company_id, i.currency, cast(date_trunc('month', i.issued_on) as date) as month,
        sum(coalesce(i.subtotal - coalesce(i.discount_amount, t.off, 0), i.total - coalesce(i.tax_amount, 0))) as amount
    from objects.invoice as i
    cross join meta.run as r
    left join told as t on i.invoice_id = t.invoice_id
    where i.status not in ('void', 'draft') and not coalesce(i.is_generated, false) and i.source_deleted_at is null
        and cast(i.issued_on as timestamp) < r.as_of and i.company_id is not null
        and i.invoice_id not in (select c.invoice_id from behaviour.copied_invoice as c)
    group by all
),

everything as (
    select i.company_id, i.currency, i.month, i.amount as invoiced, 0 as reconciled
    from invoiced as i
    join intermediate.reconciled_scope as s on i.month >= s.first_month and i.month <= s.last_month
    union all
    select distinct company_id, currency, month, 0 as invoiced, billed as reconciled
    from marts.reconciliation
)

select company_id, currency, month, sum(invoiced) as invoiced, sum(reconciled) as reconciled
from everything
group by company_id, currency, month
having sum(invoiced) <> sum(reconciled)

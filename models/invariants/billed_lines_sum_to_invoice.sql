-- The lines of an invoice that counts add up to its subtotal without its discount, or to its total without tax.
with line as (
    select invoice_id, sum(net_amount) as net, sum(gross_amount - discount_amount - net_amount) as unsaid
    from intermediate.billed_line
    group by invoice_id
),

told as (
    select invoice_id, sum(discount_amount) as off
    from objects.invoice_line
    where source_deleted_at is null
    group by invoice_id
)

select i.invoice_id, l.net, l.unsaid, i.subtotal, i.discount_amount, i.total
from objects.invoice as i
left join line as l on i.invoice_id = l.invoice_id
left join told as t on i.invoice_id = t.invoice_id
where i.status not in ('void', 'draft') and not coalesce(i.is_generated, false) and i.source_deleted_at is null
    and i.issued_on is not null and i.invoice_id not in (select c.invoice_id from behaviour.copied_invoice as c)
    and (
        l.net is null or l.unsaid <> 0
        or l.net <> coalesce(i.subtotal - coalesce(i.discount_amount, t.off, 0), i.total - coalesce(i.tax_amount, 0))
    )

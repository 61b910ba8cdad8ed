-- Payments and refunds up to now, each with the bill it is for, if any. A payment of a bookkeeping copy is for the original,
-- unless that has payments of its own; one that names no bill is for one of the same customer and amount that says it is
-- paid and that no payment names. A bill of a source that gives no payments is paid as it says itself.
with moved as (
    select
        p.payment_id, p.company_id, p.paid_at, p.currency, p.amount, coalesce(c.original_id, p.invoice_id) as invoice_id,
        c.original_id is not null as is_of_copy
    from objects.payment as p
    cross join meta.run as r
    left join behaviour.copied_invoice as c on p.invoice_id = c.invoice_id
    where p.status = 'succeeded' and p.source_deleted_at is null and p.paid_at < r.as_of and p.amount <> 0
),

own as (
    select *
    from moved
    where not is_of_copy
        or invoice_id not in (select o.invoice_id from moved as o where not o.is_of_copy and o.invoice_id is not null)
),

named as (
    select o.* exclude (invoice_id, is_of_copy), b.invoice_id, o.invoice_id as named_id
    from own as o
    left join intermediate.billed_invoice as b on o.invoice_id = b.invoice_id
),

loose as (
    select *, row_number() over (partition by company_id, currency, amount order by paid_at, payment_id) as place
    from named
    where named_id is null and amount > 0
),

waiting as (
    select *, row_number() over (partition by company_id, currency, total order by issued_on, invoice_id) as place
    from intermediate.billed_invoice
    where said_paid = total and not is_believed
        and invoice_id not in (select n.invoice_id from named as n where n.invoice_id is not null)
)

select
    n.payment_id, coalesce(n.invoice_id, w.invoice_id) as invoice_id, n.named_id, n.company_id, n.paid_at,
    n.currency, n.amount
from named as n
left join loose as l on n.payment_id = l.payment_id
left join waiting as w on l.company_id = w.company_id and l.currency = w.currency and l.amount = w.total
    and l.place = w.place
union all
select
    b.invoice_id || ':said' as payment_id, b.invoice_id, b.invoice_id as named_id, b.company_id, b.said_paid_at as paid_at,
    b.currency, b.said_paid as amount
from intermediate.billed_invoice as b
cross join meta.run as r
where b.is_believed and b.said_paid <> 0 and b.said_paid_at < r.as_of
    and b.invoice_id not in (select n.invoice_id from named as n where n.invoice_id is not null)

-- What of a bill is credited and was not paid, without tax: the credit notes of the bill less what was paid back.
with credited as (
    select c.invoice_id, c.currency, sum(c.amount) as amount
    from objects.credit_note as c
    cross join meta.run as r
    where coalesce(c.status, 'issued') <> 'void' and c.source_deleted_at is null and cast(c.issued_on as timestamp) < r.as_of
    group by c.invoice_id, c.currency
),

paid as (
    select
        invoice_id, sum(case when amount > 0 then amount else 0 end) as paid,
        sum(case when amount > 0 then net_amount else 0 end) as net_paid,
        sum(case when amount < 0 then -amount else 0 end) as given_back
    from intermediate.reconciled_payment
    where currency = billed_currency
    group by invoice_id
),

summed as (
    select
        b.*, coalesce(p.paid, 0) as paid, coalesce(p.net_paid, 0) as net_paid,
        greatest(coalesce(c.amount, 0) - coalesce(p.given_back, 0), 0) as credit
    from intermediate.billed_invoice as b
    left join credited as c on b.invoice_id = c.invoice_id and b.currency = c.currency
    left join paid as p on b.invoice_id = p.invoice_id
),

untaxed as (
    select
        *, net_amount - net_paid as unpaid,
        case
            when credit = 0 or total <= 0 then 0
            when paid + credit >= total then net_amount - net_paid
            else cast(round(round(round((paid + credit) * scale * (net_amount / total), 6))
                / scale, 4) as decimal(18, 4)) - net_paid
        end as covered
    from summed
)

select
    invoice_id, company_id, currency, issued_on, month, status, due_on, net_amount, unpaid,
    cast(least(greatest(covered, 0), greatest(unpaid, 0)) as decimal(18, 4)) as credited
from untaxed

-- Payments and refunds without the tax of the bill they are for. What a bill's payments come to, one after another,
-- is rounded to the currency's smallest unit, so that those of a bill that is paid add up to its amount without tax.
with placed as (
    select
        p.payment_id, p.invoice_id, p.currency, p.amount, cast(p.paid_at as date) as paid_on,
        cast(date_trunc('month', p.paid_at) as date) as month, coalesce(b.company_id, p.company_id) as company_id,
        b.month as billed_month, b.currency as billed_currency, b.net_amount as whole, b.total,
        coalesce(b.scale, 100) as scale,
        case
            when b.total <> 0 then b.net_amount / b.total
            when b.invoice_id is null and i.total <> 0 then (i.total - coalesce(i.tax_amount, 0)) / i.total
            else 1
        end as part,
        sum(p.amount) over (
            partition by coalesce(p.invoice_id, p.payment_id), p.currency, p.amount < 0 order by p.paid_at, p.payment_id
            rows unbounded preceding
        ) as so_far
    from intermediate.settling_payment as p
    left join intermediate.billed_invoice as b on p.invoice_id = b.invoice_id
    left join objects.invoice as i on p.named_id = i.invoice_id
),

untaxed as (
    select
        *,
        case
            when part = 1 then so_far
            when abs(so_far) = total and currency = billed_currency then whole * case when amount < 0 then -1 else 1 end
            else cast(round(round(round(so_far * scale * part, 6)) / scale, 4) as decimal(18, 4))
        end as net_so_far,
        case
            when part = 1 then so_far - amount
            when abs(so_far - amount) = total
                and currency = billed_currency then whole * case when amount < 0 then -1 else 1 end
            else cast(round(round(round((so_far - amount) * scale * part, 6)) / scale, 4) as decimal(18, 4))
        end as net_before
    from placed
)

select
    payment_id, company_id, invoice_id, currency, paid_on, month, billed_month, billed_currency, amount, so_far,
    cast(net_so_far - net_before as decimal(18, 4)) as net_amount
from untaxed
where company_id is not null

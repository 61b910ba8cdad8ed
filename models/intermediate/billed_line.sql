-- Lines of the invoices that count: issued by a billing system, neither void nor a draft, not deleted, and not a copy of
-- another system's invoice. The lines of an invoice add up to its subtotal without its discount: what its lines do not
-- tell of the subtotal is a line of its own, and what they do not tell of the discount is split among them by amount.
with counted as (
    select i.*
    from objects.invoice as i
    where i.status not in ('void', 'draft') and not coalesce(i.is_generated, false) and i.source_deleted_at is null
        and i.issued_on is not null and i.invoice_id not in (select c.invoice_id from behaviour.copied_invoice as c)
),

line as (
    select
        l.invoice_line_id, l.invoice_id, coalesce(l.subscription_id, c.subscription_id) as subscription_id, l.product_id,
        l.period_start, l.period_end,
        case when coalesce(l.is_proration, false) then 'proration' else coalesce(l.revenue_type, 'recurring') end as kind,
        l.quantity, l.unit_amount, l.amount as gross, coalesce(l.discount_amount, 0) as own_off
    from objects.invoice_line as l
    join counted as c on l.invoice_id = c.invoice_id
    where l.source_deleted_at is null
),

told as (
    select
        invoice_id, sum(gross) as gross, sum(own_off) as off,
        case when count(*) filter (where kind = 'recurring') > 0 then 'recurring' else min(kind) end as kind
    from line
    group by invoice_id
),

asked as (
    select
        c.*, t.kind, t.gross as told_gross, coalesce(t.off, 0) as told_off,
        coalesce(c.discount_amount, t.off, 0) as off, coalesce(u.scale, 100) as scale,
        coalesce(c.subtotal, c.total - coalesce(c.tax_amount, 0) + coalesce(c.discount_amount, t.off, 0)) as gross
    from counted as c
    left join told as t on c.invoice_id = t.invoice_id
    left join behaviour.minor_unit as u on c.currency = u.currency
),

everything as (
    select * from line
    union all by name
    select
        invoice_id || ':rest' as invoice_line_id, invoice_id, subscription_id, period_start, period_end,
        coalesce(kind, 'recurring') as kind, gross - coalesce(told_gross, 0) as gross, 0 as own_off
    from asked
    where told_gross is distinct from gross
),

weighed as (
    select
        e.*, a.company_id, a.currency, a.issued_on, a.scale, a.off - a.told_off as rest_off,
        greatest(e.gross - e.own_off, 0) as weight,
        sum(greatest(e.gross - e.own_off, 0)) over (partition by e.invoice_id) as whole,
        row_number() over (partition by e.invoice_id order by e.gross - e.own_off desc, e.invoice_line_id asc) as place
    from everything as e
    join asked as a on e.invoice_id = a.invoice_id
),

-- Whole smallest units, so that only the largest line takes what rounding leaves.
shared as (
    select
        *, cast(round(case when whole > 0 then round(rest_off * scale * (weight / whole)) / scale else 0 end, 4)
            as decimal(18, 4)) as share
    from weighed
),

split as (
    select
        * exclude (share),
        own_off + share + case when place = 1 then rest_off - sum(share) over (partition by invoice_id) else 0 end as off
    from shared
)

select
    invoice_line_id, invoice_id, subscription_id, product_id, company_id, currency, issued_on, period_start,
    period_end, kind,
    quantity, unit_amount, cast(gross as decimal(18, 4)) as gross_amount, cast(off as decimal(18, 4)) as discount_amount,
    cast(gross - off as decimal(18, 4)) as net_amount
from split

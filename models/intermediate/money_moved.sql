-- Everything that counts as booked, billed, collected, sold, credited or refunded, by its own day, without tax.
with booked as (
    select
        o.company_id, o.currency,
        coalesce(cast(o.closed_at as date), cast(o.stage_entered_at as date)) as happened_on, o.amount
    from objects.opportunity as o
    where o.status = 'won' and o.source_deleted_at is null and o.amount <> 0
    union all
    select c.company_id, c.currency, c.signed_on, c.contract_value
    from objects.contract as c
    where c.derived_by is null and c.source_deleted_at is null and c.signed_on is not null and c.contract_value <> 0
        and coalesce(c.opportunity_id not in (select o.opportunity_id from objects.opportunity as o
            where o.status = 'won'), true)
),

credited as (
    select
        coalesce(b.company_id, c.company_id) as company_id, c.currency, c.issued_on as happened_on,
        case when b.total <> 0 then cast(
            round(round(round(c.amount * b.scale * (b.net_amount / b.total), 6)) / b.scale, 4) as decimal(18, 4)
        ) else c.amount end as amount
    from objects.credit_note as c
    left join intermediate.billed_invoice as b on c.invoice_id = b.invoice_id
    where coalesce(c.status, 'issued') <> 'void' and c.source_deleted_at is null
        and coalesce(c.invoice_id not in (select o.invoice_id from behaviour.copied_invoice as o), true)
),

everything as (
    select 'booked' as kind, b.company_id, coalesce(b.currency, p.reporting_currency) as currency, b.happened_on, b.amount
    from booked as b
    cross join policy.revenue as p
    union all
    select 'billed' as kind, company_id, currency, issued_on as happened_on, net_amount as amount
    from intermediate.billed_invoice
    union all
    select 'collected' as kind, company_id, currency, paid_on, net_amount from intermediate.reconciled_payment
    union all
    select 'refunded' as kind, company_id, currency, paid_on, -net_amount
    from intermediate.reconciled_payment
    where amount < 0
    union all
    select 'sold' as kind, company_id, currency, sold_on, amount
    from objects.sale
    where source_deleted_at is null
    union all
    select 'credited' as kind, company_id, currency, happened_on, amount from credited
)

select e.kind, e.company_id, e.currency, cast(date_trunc('month', e.happened_on) as date) as month, e.amount
from everything as e
cross join meta.run as r
where e.company_id is not null and cast(e.happened_on as timestamp) < r.as_of

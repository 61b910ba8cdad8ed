-- Invoices that count, up to now, with their amount without tax. `is_believed`: its source gives no payments at all, so what
-- the invoice says of being paid is what is known.
with net as (
    select invoice_id, company_id, currency, issued_on, sum(net_amount) as net_amount
    from intermediate.billed_line
    group by invoice_id, company_id, currency, issued_on
),

paying as (
    select distinct source_system
    from objects.payment
    where source_deleted_at is null
)

select
    n.invoice_id, n.company_id, n.currency, n.issued_on, cast(date_trunc('month', n.issued_on) as date) as month,
    cast(n.net_amount as decimal(18, 4)) as net_amount, i.total, i.status, i.subscription_id, i.number,
    coalesce(i.due_on, cast(i.issued_on + interval '1' day * b.due_days as date)) as due_on,
    coalesce(u.scale, 100) as scale, i.source_system not in (select p.source_system from paying as p) as is_believed,
    coalesce(i.amount_paid, case when i.status = 'paid' then i.total else 0 end) as said_paid,
    coalesce(i.paid_at, cast(i.issued_on as timestamp)) as said_paid_at
from net as n
join objects.invoice as i on n.invoice_id = i.invoice_id
cross join policy.behaviour as b
cross join meta.run as r
left join behaviour.minor_unit as u on n.currency = u.currency
where n.company_id is not null and cast(n.issued_on as timestamp) < r.as_of

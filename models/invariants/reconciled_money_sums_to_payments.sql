-- Every payment counts once; those of a paid bill, and of a month, add up to what the bill and the month say without tax.
with once as (
    select p.payment_id, count(s.payment_id) as times
    from objects.payment as p
    cross join meta.run as r
    left join intermediate.settling_payment as s on p.payment_id = s.payment_id and p.amount = s.amount
    where p.status = 'succeeded' and p.source_deleted_at is null and p.paid_at < r.as_of and p.amount <> 0
        and coalesce(p.invoice_id not in (select c.invoice_id from behaviour.copied_invoice as c), true)
    group by p.payment_id
),

paid as (
    select b.invoice_id, min(b.net_amount) as asked, sum(p.net_amount) as paid
    from intermediate.billed_invoice as b
    join intermediate.reconciled_payment as p on b.invoice_id = p.invoice_id and b.currency = p.currency and p.amount > 0
    where b.total > 0
    group by b.invoice_id
    having sum(p.amount) = min(b.total)
),

everything as (
    select p.company_id, p.currency, p.month, p.net_amount as paid, 0 as reconciled
    from intermediate.reconciled_payment as p
    join intermediate.reconciled_scope as s on p.month >= s.first_month and p.month <= s.last_month
    union all
    select distinct company_id, currency, month, 0 as paid, collected as reconciled
    from marts.reconciliation
)

select payment_id as id, 'payment' as kind, times as told, 1 as found
from once
where times <> 1
union all
select invoice_id, 'invoice', asked, paid
from paid
where asked <> paid
union all
select company_id || ' ' || currency || ' ' || month, 'month', sum(paid), sum(reconciled)
from everything
group by company_id, currency, month
having sum(paid) <> sum(reconciled)

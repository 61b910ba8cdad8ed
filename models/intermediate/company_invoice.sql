-- One row per company with invoices: what is overdue, in the reporting currency by the newest rate.
with owed as (
    select
        i.company_id,
        i.currency,
        i.due_on,
        i.status not in ('draft', 'paid', 'void', 'uncollectible', 'scheduled')
        and coalesce(i.amount_due, i.total - coalesce(i.amount_paid, 0)) > 0
        and coalesce(i.due_on < r.as_of_on, false) as is_overdue,
        coalesce(i.amount_due, i.total - coalesce(i.amount_paid, 0)) as amount_due
    from objects.invoice as i
    cross join meta.run as r
    where i.company_id is not null
        and not coalesce(i.is_generated, false)
        and i.source_deleted_at is null
        and coalesce(i.issued_on <= r.as_of_on, true)
)

select
    o.company_id,
    count(*) filter (where o.is_overdue) as overdue_count,
    coalesce(max(date_diff('day', o.due_on, r.as_of_on)) filter (where o.is_overdue), 0) as overdue_days,
    coalesce(sum(cast(round(o.amount_due * x.rate, 4) as decimal(18, 4))) filter (where o.is_overdue), 0)
        as overdue_amount
from owed as o
cross join meta.run as r
left join intermediate.present_rate as x on o.currency = x.currency
group by o.company_id

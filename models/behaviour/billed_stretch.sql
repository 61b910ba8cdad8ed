-- Service periods that an invoice is for: those of its recurring lines, by subscription, else its own.
with line as (
    select
        i.invoice_id, i.company_id, coalesce(l.subscription_id, i.subscription_id) as subscription_id, i.contract_id,
        i.currency, i.issued_on, l.period_start, l.period_end, sum(l.amount - coalesce(l.discount_amount, 0)) as amount
    from behaviour.answering_invoice as i
    join objects.invoice_line as l on i.invoice_id = l.invoice_id
    where l.source_deleted_at is null and l.period_end > l.period_start and not coalesce(l.is_proration, false)
        and coalesce(l.revenue_type, 'recurring') = 'recurring'
    group by all
),

everything as (
    select * from line
    union all by name
    select
        i.invoice_id, i.company_id, i.subscription_id, i.contract_id, i.currency, i.issued_on, i.period_start, i.period_end,
        i.amount
    from behaviour.answering_invoice as i
    where i.is_recurring and i.period_end > i.period_start
        and i.invoice_id not in (select l.invoice_id from line as l)
)

select
    *, invoice_id || '|' || coalesce(subscription_id, '') || '|' || strftime(period_start, '%Y-%m-%dT%H:%M:%S') || '|'
    || strftime(period_end, '%Y-%m-%dT%H:%M:%S') as stretch_id
from everything

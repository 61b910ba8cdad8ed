-- Invoices as sent, one past its due day and not paid in full being overdue; and those that agreed terms call for and no
-- invoice answers.
with called_for as (
    select
        e.expected_invoice_id as invoice_id, e.company_id, e.contract_id, e.subscription_id, 'scheduled' as status,
        e.issue_on as issued_on, e.due_on, e.period_start, e.period_end, e.currency, e.amount as subtotal,
        e.amount as total, true as is_generated,
        e.source_system, e.source_record_id, e.loaded_at, e.derived_by
    from objects.expected_invoice as e
    where e.invoice_id is null
),

everything as (
    select s.* exclude (is_generated), coalesce(s.is_generated, false) as is_generated from sourced as s
    union all by name
    select * from called_for
)

select
    e.* exclude (status),
    case
        when b.invoice_becomes_overdue and e.status in ('open', 'partly_paid') and e.due_on < run.as_of_on then 'overdue'
        else e.status
    end as status
from everything as e
cross join policy.behaviour as b
cross join meta.run as run

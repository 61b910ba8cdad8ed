-- What agreed terms call for within the window, each with the one invoice that answers it.
select
    e.expected_invoice_id, e.company_id, e.contract_id, e.subscription_id, e.issue_on,
    coalesce(e.due_on, cast(e.issue_on + interval '1' day * coalesce(c.due_days, w.due_days) as date)) as due_on,
    e.period_start, e.period_end, e.currency, e.amount, coalesce(a.invoice_id, f.invoice_id) as invoice_id,
    e.source_system, e.source_record_id, e.loaded_at, 'expected_invoices' as derived_by
from behaviour.called_for_invoice as e
cross join behaviour.invoice_window as w
left join objects.contract as c on e.contract_id = c.contract_id
left join behaviour.invoice_answer as a on e.expected_invoice_id = a.expected_invoice_id
left join behaviour.foreign_answer as f on e.expected_invoice_id = f.expected_invoice_id
where e.is_in_window

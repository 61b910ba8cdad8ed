-- What payment schedules of signed contracts call for, whenever it is. Where the contract does not say how long an invoice
-- may stay unpaid, the day of issue is an assumption and the due day the fact (`is_by_due_day`).
select
    'schedule:' || s.contract_payment_schedule_id as expected_invoice_id, c.company_id, s.contract_id,
    cast(s.due_on - interval '1' day * coalesce(c.due_days, w.due_days) as date) as issue_on, s.due_on,
    c.due_days is null as is_by_due_day, coalesce(s.currency, c.currency) as currency, s.amount, s.source_system,
    s.source_record_id, s.loaded_at
from objects.contract_payment_schedule as s
join objects.contract as c on s.contract_id = c.contract_id
cross join behaviour.invoice_window as w
where s.source_deleted_at is null and c.source_deleted_at is null
    and c.signed_on is not null and c.company_id is not null and coalesce(s.currency, c.currency) is not null
    and (c.cancel_on is null or s.due_on < c.cancel_on)

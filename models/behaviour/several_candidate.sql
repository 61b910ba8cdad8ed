-- Payments of a schedule, which has no service periods, and the invoices of the same agreement whose service period holds
-- the days of several of them: one that is billed for a year is for all payments of the year.
with held as (
    select
        e.expected_invoice_id, s.invoice_id, s.stretch_id, b.rank,
        abs(date_diff('day', e.issue_on, s.issued_on)) as days_apart
    from behaviour.billed_stretch as s
    join behaviour.bill_party as b on s.stretch_id = b.stretch_id
    join behaviour.call_party as p on b.party = p.party and b.currency = p.currency
    join behaviour.called_for_invoice as e on p.expected_invoice_id = e.expected_invoice_id
    where e.period_start is null
        and cast(case when e.is_by_due_day then e.due_on else e.issue_on end as timestamp) >= s.period_start
        and cast(case when e.is_by_due_day then e.due_on else e.issue_on end as timestamp) < s.period_end
)

select h.*
from held as h
join (select stretch_id from held group by stretch_id having count(distinct expected_invoice_id) > 1) as m
    on h.stretch_id = m.stretch_id

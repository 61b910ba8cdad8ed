-- Answers in another currency than agreed: a call of a subscription that no invoice answers, and an invoice of the same
-- subscription that answers none, for the same service period. Each is the best for the other.
with call as (
    select e.*, coalesce(t.first_subscription_id, e.subscription_id) as first_subscription_id
    from behaviour.called_for_invoice as e
    left join behaviour.renewed_term as t on e.subscription_id = t.subscription_id
    where e.subscription_id is not null and e.period_end is not null
        and e.expected_invoice_id not in (select a.expected_invoice_id from behaviour.invoice_answer as a)
),

pair as (
    select
        c.expected_invoice_id, s.invoice_id, abs(date_diff('day', c.issue_on, s.issued_on)) as days_apart,
        date_diff('second', greatest(c.period_start, s.period_start), least(c.period_end, s.period_end)) as shared,
        date_diff('second', c.period_start, c.period_end) as called,
        date_diff('second', s.period_start, s.period_end) as billed
    from behaviour.billed_stretch as s
    join call as c on s.company_id = c.company_id and s.currency <> c.currency
        and (s.subscription_id = c.subscription_id or s.subscription_id = c.first_subscription_id)
        and s.period_start < c.period_end and s.period_end > c.period_start
    where s.invoice_id not in (select a.invoice_id from behaviour.invoice_answer as a)
),

ranked as (
    select
        *,
        row_number() over (partition by expected_invoice_id order by shared desc, days_apart asc, invoice_id asc) as of_call,
        row_number() over (partition by invoice_id order by shared desc, days_apart asc, expected_invoice_id asc) as of_bill
    from pair
    where 2 * shared > called and 2 * shared > billed
)

select expected_invoice_id, invoice_id
from ranked
where of_call = 1 and of_bill = 1

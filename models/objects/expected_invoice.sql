-- What agreed terms call for, each with the one invoice that answers it: of the same subscription or contract, or else of
-- the same company with the same amount, issued nearest to the day it should have been.
with called_for as (
    select e.*, coalesce(e.due_on, cast(e.issue_on + interval '1' day * coalesce(c.due_days, b.due_days) as date)) as pay_by
    from behaviour.called_for_invoice as e
    left join objects.contract as c on e.contract_id = c.contract_id
    cross join policy.behaviour as b
),

candidate as (
    select
        e.expected_invoice_id, i.invoice_id,
        case
            when i.subscription_id = e.subscription_id then 1
            when i.contract_id = e.contract_id then 2
            when coalesce(i.subtotal - coalesce(i.discount_amount, 0), i.total) = e.amount then 3
        end as closeness,
        abs(date_diff('day', e.issue_on, i.issued_on)) as days_apart
    from called_for as e
    cross join policy.behaviour as b
    join sourced.invoice as i on e.company_id = i.company_id and e.currency = i.currency
        and i.issued_on between cast(e.issue_on - interval '1' day * b.expected_invoice_match_days as date)
        and cast(e.issue_on + interval '1' day * b.expected_invoice_match_days as date)
    where i.status <> 'void' and i.source_deleted_at is null
),

-- An invoice answers one call and a call has one answer: both must find each other nearest.
ranked as (
    select
        c.*,
        row_number() over (
            partition by c.expected_invoice_id order by c.closeness, c.days_apart, c.invoice_id
        ) as choice_of_call,
        row_number() over (
            partition by c.invoice_id order by c.closeness, c.days_apart, c.expected_invoice_id
        ) as choice_of_invoice
    from candidate as c
    where c.closeness is not null
)

select
    e.expected_invoice_id, e.company_id, e.contract_id, e.subscription_id, e.issue_on, e.pay_by as due_on, e.period_start,
    e.period_end, e.currency, e.amount, r.invoice_id, e.source_system, e.source_record_id, e.loaded_at,
    'expected_invoices' as derived_by
from called_for as e
left join ranked as r
    on e.expected_invoice_id = r.expected_invoice_id and r.choice_of_call = 1 and r.choice_of_invoice = 1

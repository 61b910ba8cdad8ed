-- Differences that lose money, or bill too much (`is_overbilled`), each with its agreement and the first day of the unbroken
-- run of the agreement's calls, or bills, that it belongs to.
with found as (
    select
        p.reason, p.company_id, p.currency, p.month, p.happened_on, p.expected_invoice_id, p.invoice_id,
        sum(p.amount) as amount
    from intermediate.reconciled_part as p
    where p.company_id is not null and p.reason in (
        'not_billed', 'price_differs', 'quantity_differs', 'discount', 'billed_without_contract', 'unpaid'
    )
    group by all
    having sum(p.amount) <> 0
),

placed as (
    select
        f.*, f.amount < 0 as is_overbilled, coalesce(c.subscription_id, i.subscription_id) as subscription_id, c.contract_id,
        coalesce(c.first_subscription_id, c.contract_id, i.subscription_id, f.company_id) as agreement_id
    from found as f
    left join intermediate.reconciled_call as c on f.expected_invoice_id = c.expected_invoice_id
    left join intermediate.billed_invoice as i on f.invoice_id = i.invoice_id
),

numbered as (
    select
        expected_invoice_id,
        row_number() over (
            partition by coalesce(first_subscription_id, contract_id) order by issue_on, expected_invoice_id
        ) as call_no
    from intermediate.reconciled_call
    where is_called
),

run as (
    select
        p.*,
        n.call_no - row_number() over (
            partition by p.agreement_id, p.reason, p.is_overbilled, n.call_no is null order by n.call_no
        ) as run_no
    from placed as p
    left join numbered as n on p.expected_invoice_id = n.expected_invoice_id
)

select
    * exclude (run_no, agreement_id, amount), abs(amount) as amount,
    case
        when reason = 'unpaid' then happened_on
        else min(happened_on) over (partition by agreement_id, reason, is_overbilled, run_no)
    end as since_on
from run

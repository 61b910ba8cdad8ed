-- How many a call and its bill are for, where both say so and the bill is for that call alone.
with agreed as (
    select c.expected_invoice_id, sum(p.quantity) as agreed_quantity
    from intermediate.reconciled_call as c
    join behaviour.billing_period as p on c.subscription_id = p.subscription_id and c.currency = p.currency
        and c.period_start = p.period_start and c.period_end = p.period_end
    group by c.expected_invoice_id
),

billed as (
    select expected_invoice_id, sum(quantity) as billed_quantity, sum(net_amount) as billed_amount
    from intermediate.reconciled_line
    group by expected_invoice_id
)

select b.expected_invoice_id, a.agreed_quantity, b.billed_quantity, b.billed_amount
from billed as b
left join agreed as a on b.expected_invoice_id = a.expected_invoice_id

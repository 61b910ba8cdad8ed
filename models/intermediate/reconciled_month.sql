-- What was called for, billed and collected (without tax) of each company, currency and reconciled month.
with everything as (
    select company_id, currency, month, amount as contracted, 0 as billed, 0 as collected
    from intermediate.reconciled_call
    where is_called and amount <> 0
    union all
    select company_id, currency, month, 0 as contracted, net_amount as billed, 0 as collected
    from intermediate.billed_invoice
    where net_amount <> 0
    union all
    select company_id, currency, month, 0 as contracted, 0 as billed, net_amount as collected
    from intermediate.reconciled_payment
    where net_amount <> 0
    union all
    select company_id, currency, month, 0 as contracted, 0 as billed, 0 as collected
    from intermediate.reconciled_part
    where company_id is not null
)

select
    e.company_id, e.currency, e.month, cast(sum(e.contracted) as decimal(18, 4)) as contracted,
    cast(sum(e.billed) as decimal(18, 4)) as billed, cast(sum(e.collected) as decimal(18, 4)) as collected
from everything as e
join intermediate.reconciled_scope as s on e.month >= s.first_month and e.month <= s.last_month
group by e.company_id, e.currency, e.month

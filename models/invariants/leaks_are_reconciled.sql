-- The leaks of a month are what reconciliation says of the same reasons, over-billing being negative there.
with leak as (
    select company_id, currency, month, reason, sum(case when is_overbilled then -amount else amount end) as leaked
    from marts.leak
    group by company_id, currency, month, reason
),

reconciled as (
    select company_id, currency, month, reason, sum(amount) as amount
    from marts.reconciliation
    where reason in ('not_billed', 'price_differs', 'quantity_differs', 'discount', 'billed_without_contract', 'unpaid')
    group by company_id, currency, month, reason
)

select
    coalesce(l.company_id, r.company_id) as company_id, coalesce(l.month, r.month) as month,
    coalesce(l.reason, r.reason) as reason, l.leaked, r.amount
from leak as l
full join reconciled as r on l.company_id = r.company_id and l.currency = r.currency and l.month = r.month
    and l.reason = r.reason
where coalesce(l.leaked, 0) <> coalesce(r.amount, 0)

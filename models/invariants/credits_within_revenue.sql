-- Negative items take off no more than the company pays otherwise in their currency: what is beyond counts as 0.
-- severity: warn
-- The rows are the negative items, at each snapshot from which on they take off too much; `beyond` is what is too much.
with boundary as (
    select company_id, currency, month_from as month_no from intermediate.subscription_item_span
    union
    select company_id, currency, month_to from intermediate.subscription_item_span
),

running as (
    select b.month_no, s.*, sum(s.net_mrr) over (partition by b.company_id, b.currency, b.month_no) as company_mrr
    from boundary as b
    join intermediate.subscription_item_span as s
        on b.company_id = s.company_id and b.currency = s.currency
        and b.month_no >= s.month_from and b.month_no < s.month_to
)

select
    r.company_id, r.currency, m.month, r.subscription_id, r.item, r.subscription_version_id,
    cast(round(r.net_mrr, 6) as decimal(38, 12)) as net_mrr,
    cast(round(-r.company_mrr, 6) as decimal(38, 12)) as beyond
from running as r
join intermediate.month as m on r.month_no = m.month_no
where r.net_mrr < 0 and round(round(r.company_mrr, 10), 6) < 0

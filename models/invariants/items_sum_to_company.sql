-- What a company pays in a currency is the sum of its subscriptions' items, at least 0, and changes only where an item does.
with boundary as (
    select company_id, currency, month_from as month_no from intermediate.subscription_item_span
    union
    select company_id, currency, month_to from intermediate.subscription_item_span
),

item_sum as (
    select
        b.company_id, b.currency, b.month_no,
        cast(greatest(round(round(coalesce(sum(s.net_mrr), 0), 10), 6), 0) as decimal(38, 12)) as net_mrr,
        cast(greatest(round(round(coalesce(sum(s.gross_mrr), 0), 10), 6), 0) as decimal(38, 12)) as gross_mrr
    from boundary as b
    left join intermediate.subscription_item_span as s
        on b.company_id = s.company_id and b.currency = s.currency
        and b.month_no >= s.month_from and b.month_no < s.month_to
    where b.month_no <= (select max(month_no) from intermediate.month)
    group by b.company_id, b.currency, b.month_no
),

paid as (
    select r.company_id, r.currency, m.month_no, r.opening, r.closing, r.gross_mrr
    from marts.mrr_movement as r
    join intermediate.month as m on r.month = m.month
)

select
    coalesce(i.company_id, p.company_id) as company_id, coalesce(i.currency, p.currency) as currency,
    coalesce(i.month_no, p.month_no) as month_no, i.net_mrr as of_items, p.closing as of_company
from item_sum as i
full join paid as p on i.company_id = p.company_id and i.currency = p.currency and i.month_no = p.month_no
where (i.company_id is null and p.closing <> p.opening)
    or (i.company_id is not null and i.net_mrr <> coalesce(p.closing, 0))
    or (i.company_id is not null and p.closing <> 0 and i.gross_mrr <> p.gross_mrr)

-- What a company pays in a currency in a month is the sum of its items, at least 0, and changes only where an item does.
-- Where a set of rules looks at subscriptions or items, each of them is at least 0 and rounded by itself.
with boundary as (
    select s.policy_id, s.company_id, s.currency, c.month_no
    from intermediate.revenue_item_span as s
    join intermediate.calendar as c
        on s.policy_id = c.policy_id and s.runs_from >= c.seen_from and s.runs_from < c.seen_to
    union
    select s.policy_id, s.company_id, s.currency, c.month_no
    from intermediate.revenue_item_span as s
    join intermediate.calendar as c
        on s.policy_id = c.policy_id and s.runs_to >= c.seen_from and s.runs_to < c.seen_to
),

unit_sum as (
    select
        b.policy_id, b.company_id, b.currency, b.month_no, s.unit_id,
        cast(greatest(round(round(coalesce(sum(s.net_mrr), 0), 10), 6), 0) as decimal(38, 12)) as net_mrr,
        cast(greatest(round(round(coalesce(sum(s.gross_mrr), 0), 10), 6), 0) as decimal(38, 12)) as gross_mrr
    from boundary as b
    join intermediate.month as m on b.policy_id = m.policy_id and b.month_no = m.month_no
    left join intermediate.revenue_item_span as s
        on b.policy_id = s.policy_id and b.company_id = s.company_id and b.currency = s.currency
        and m.valued_at >= s.runs_from and coalesce(m.valued_at < s.runs_to, true)
    group by b.policy_id, b.company_id, b.currency, b.month_no, s.unit_id
),

item_sum as (
    select policy_id, company_id, currency, month_no, sum(net_mrr) as net_mrr, sum(gross_mrr) as gross_mrr
    from unit_sum
    group by policy_id, company_id, currency, month_no
),

paid as (
    select r.policy_id, r.company_id, r.currency, m.month_no, r.opening, r.closing, r.gross_mrr
    from marts.mrr_movement as r
    join intermediate.month as m on r.policy_id = m.policy_id and r.month = m.month
)

select
    coalesce(i.policy_id, p.policy_id) as policy_id, coalesce(i.company_id, p.company_id) as company_id,
    coalesce(i.currency, p.currency) as currency, coalesce(i.month_no, p.month_no) as month_no,
    i.net_mrr as of_items, p.closing as of_company
from item_sum as i
full join paid as p
    on i.policy_id = p.policy_id and i.company_id = p.company_id and i.currency = p.currency and i.month_no = p.month_no
where (i.company_id is null and p.closing <> p.opening)
    or (i.company_id is not null and i.net_mrr <> coalesce(p.closing, 0))
    or (i.company_id is not null and p.closing <> 0 and i.gross_mrr <> p.gross_mrr)

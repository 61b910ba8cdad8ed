-- What a company pays in a currency at a month's end is what the next month opens with.
with placed as (
    select r.policy_id, r.company_id, r.currency, m.month_no, r.opening, r.closing
    from marts.mrr_movement as r
    join intermediate.month as m on r.policy_id = m.policy_id and r.month = m.month
),

last_month as (
    select policy_id, max(month_no) as month_no from intermediate.month group by policy_id
)

select
    coalesce(b.policy_id, a.policy_id) as policy_id, coalesce(b.company_id, a.company_id) as company_id,
    coalesce(b.currency, a.currency) as currency,
    coalesce(b.month_no, a.month_no + 1) as month_no, a.closing as closed_with, b.opening as opened_with
from placed as a
full join placed as b
    on a.policy_id = b.policy_id and a.company_id = b.company_id and a.currency = b.currency
    and b.month_no = a.month_no + 1
join last_month as l on coalesce(b.policy_id, a.policy_id) = l.policy_id
where coalesce(a.closing, 0) <> coalesce(b.opening, 0) and coalesce(b.month_no, a.month_no + 1) <= l.month_no

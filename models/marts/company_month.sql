-- The movements of each company over all its currencies, in the reporting currency. What was there is first revalued
-- (`fx`); every change is valued at the rate of its month and named once for the company.
with named as (
    select v.*, v.closing - v.opening_now as change, coalesce(k.kind, 'change') as kind
    from intermediate.company_value as v
    left join intermediate.company_change as k on v.company_id = k.company_id and v.month_no = k.month_no
)

select
    p.policy_id, n.company_id, m.month, m.is_complete, p.reporting_currency as currency,
    coalesce(c.segment, 'not stated') as segment, coalesce(c.country, 'not stated') as country,
    n.closing as mrr, n.closing * 12 as arr, n.gross_mrr, n.opening,
    case when n.kind = 'new' then n.change else 0 end as new,
    case when n.kind = 'reactivation' then n.change else 0 end as reactivation,
    case when n.kind = 'change' then greatest(n.change, 0) else 0 end as expansion,
    case when n.kind = 'change' then greatest(-n.change, 0) else 0 end as contraction,
    case when n.kind = 'churn' then -n.change else 0 end as churn,
    n.opening_now - n.opening as fx,
    n.closing,
    case
        when n.kind <> 'change' then n.kind
        when n.change > 0 then 'expansion'
        when n.change < 0 then 'contraction'
        else 'none'
    end as movement,
    n.is_customer,
    n.kind = 'churn' or (n.kind = 'change' and n.is_customer) as was_customer,
    n.month_no - l.first_month_no as months_since_first
from named as n
join intermediate.month as m on n.month_no = m.month_no
cross join policy.revenue as p
join intermediate.company_life as l on n.company_id = l.company_id
left join objects.company as c on n.company_id = c.company_id

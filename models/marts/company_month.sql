-- The movements of each company over all its currencies, in the reporting currency. What was there is first revalued
-- (`fx`); every change is valued at the rate of its month and named once for the company, or once for each subscription or
-- item where a set of rules looks at those.
with named as (
    select v.*, v.closing - v.opening_now as change, v.opening_now - v.opening as fx, coalesce(k.kind, 'change') as kind
    from intermediate.company_value as v
    left join intermediate.company_change as k
        on v.policy_id = k.policy_id and k.grain = 'month' and v.company_id = k.company_id and v.unit_id = k.unit_id
        and v.month_no = k.period_no
),

moved as (
    select
        *,
        case when kind = 'new' then change else 0 end as new,
        case when kind = 'reactivation' then change else 0 end as reactivation,
        case when kind = 'change' then greatest(change, 0) else 0 end as expansion,
        case when kind = 'change' then greatest(-change, 0) else 0 end as contraction,
        case when kind = 'churn' then -change else 0 end as churn
    from named
),

summed as (
    select
        policy_id, company_id, month_no, sum(opening) as opening, sum(new) as new, sum(reactivation) as reactivation,
        sum(expansion) as expansion, sum(contraction) as contraction, sum(churn) as churn, sum(fx) as fx,
        sum(change) as change, sum(closing) as closing, sum(gross_mrr) as gross_mrr, bool_or(is_customer) as is_customer
    from moved
    where unit_id <> ''
    group by policy_id, company_id, month_no
    having bool_or(is_customer) or sum(abs(opening)) + sum(abs(change)) <> 0
),

whole as (
    select
        policy_id, company_id, month_no, opening, new, reactivation, expansion, contraction, churn, fx, change, closing,
        gross_mrr, is_customer, kind
    from moved
    where unit_id = ''
    union all
    select s.*, coalesce(k.kind, 'change')
    from summed as s
    left join intermediate.company_change as k
        on s.policy_id = k.policy_id and k.grain = 'month' and s.company_id = k.company_id and k.unit_id = ''
        and s.month_no = k.period_no
)

select
    n.policy_id, n.company_id, m.month, m.is_complete, p.reporting_currency as currency,
    coalesce(c.segment, 'not stated') as segment, coalesce(c.country, 'not stated') as country,
    n.closing as mrr, n.closing * 12 as arr, n.gross_mrr, n.opening, n.new, n.reactivation, n.expansion,
    n.contraction, n.churn,
    n.fx, n.closing,
    case
        when n.kind <> 'change' then n.kind
        when n.change > 0 then 'expansion'
        when n.change < 0 then 'contraction'
        else 'none'
    end as movement,
    n.is_customer,
    n.kind = 'churn' or (n.kind = 'change' and n.is_customer) as was_customer,
    n.month_no - l.first_month_no as months_since_first
from whole as n
join intermediate.month as m on n.policy_id = m.policy_id and n.month_no = m.month_no
cross join policy.revenue as p
join intermediate.company_life as l on n.policy_id = l.policy_id and n.company_id = l.company_id and l.unit_id = ''
left join objects.company as c on n.company_id = c.company_id

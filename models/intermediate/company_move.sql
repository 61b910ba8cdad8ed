-- Months and days (`grain`) in which what a company pays in one currency changes, with the change by its name: the company's
-- own, or the sum over its subscriptions or items where a set of rules looks at those.
with named as (
    select
        c.*, coalesce(k.kind, 'change') as kind, c.closing - c.opening as change,
        p.movement_grain not in ('subscription', 'item') as is_whole
    from intermediate.company_currency_change as c
    join policy.revenue_set as p on c.policy_id = p.policy_id
    left join intermediate.company_change as k
        on c.policy_id = k.policy_id and c.grain = k.grain and c.company_id = k.company_id and c.unit_id = k.unit_id
        and c.period_no = k.period_no
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
        policy_id, grain, company_id, currency, period_no, sum(new) as new, sum(reactivation) as reactivation,
        sum(expansion) as expansion, sum(contraction) as contraction, sum(churn) as churn
    from moved
    where unit_id <> ''
    group by policy_id, grain, company_id, currency, period_no
)

select
    policy_id, grain, company_id, currency, period_no, until_no, opening, new, reactivation, expansion, contraction, churn,
    closing, gross_mrr
from moved
where is_whole
union all
select
    m.policy_id, m.grain, m.company_id, m.currency, m.period_no, m.until_no, m.opening, s.new, s.reactivation, s.expansion,
    s.contraction, s.churn, m.closing, m.gross_mrr
from moved as m
join summed as s
    on m.policy_id = s.policy_id and m.grain = s.grain and m.company_id = s.company_id and m.currency = s.currency
    and m.period_no = s.period_no
where m.unit_id = '' and not m.is_whole

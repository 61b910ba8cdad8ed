-- The month's movements of the whole business, a year's worth. Months without any revenue stand here too.
with total as (
    select
        c.policy_id, c.month, sum(c.opening) as opening, sum(c.new) as new, sum(c.reactivation) as reactivation,
        sum(c.expansion) as expansion, sum(c.contraction) as contraction, sum(c.churn) as churn, sum(c.fx) as fx,
        sum(c.closing) as closing, sum(c.gross_mrr) as gross_mrr,
        count(*) filter (where c.was_customer) as customers_opening,
        count(*) filter (where c.movement = 'new') as customers_new,
        count(*) filter (where c.movement = 'reactivation') as customers_reactivated,
        count(*) filter (where c.movement = 'churn') as customers_churned,
        count(*) filter (where c.is_customer) as customers_closing
    from marts.company_month as c
    group by c.policy_id, c.month
)

select
    m.policy_id, m.month, m.is_complete, p.reporting_currency as currency,
    coalesce(t.opening, 0) * 12 as opening,
    coalesce(t.new, 0) * 12 as new,
    coalesce(t.reactivation, 0) * 12 as reactivation,
    coalesce(t.expansion, 0) * 12 as expansion,
    coalesce(t.contraction, 0) * 12 as contraction,
    coalesce(t.churn, 0) * 12 as churn,
    coalesce(t.fx, 0) * 12 as fx,
    coalesce(t.closing, 0) * 12 as closing,
    coalesce(t.gross_mrr, 0) * 12 as gross_arr,
    coalesce(t.customers_opening, 0) as customers_opening,
    coalesce(t.customers_new, 0) as customers_new,
    coalesce(t.customers_reactivated, 0) as customers_reactivated,
    coalesce(t.customers_churned, 0) as customers_churned,
    coalesce(t.customers_closing, 0) as customers_closing
from intermediate.month as m
cross join policy.revenue as p
join policy.revenue_set as s on m.policy_id = s.policy_id and s.conversion <> 'none'
left join total as t on m.policy_id = t.policy_id and m.month = t.month

-- The ARR bridge is twelve times the sum over the companies, movement by movement, and counts the same customers.
with total as (
    select
        policy_id, month, sum(opening) as opening, sum(new) as new, sum(reactivation) as reactivation,
        sum(expansion) as expansion,
        sum(contraction) as contraction, sum(churn) as churn, sum(fx) as fx, sum(closing) as closing,
        sum(gross_mrr) as gross_mrr, count(*) filter (where is_customer) as customers_closing
    from marts.company_month
    group by policy_id, month
)

select
    coalesce(b.policy_id, t.policy_id) as policy_id, coalesce(b.month, t.month) as month, b.closing as of_bridge,
    12 * t.closing as of_companies
from marts.arr_bridge as b
full join total as t on b.policy_id = t.policy_id and b.month = t.month
where b.month is null
    or b.opening <> 12 * coalesce(t.opening, 0) or b.new <> 12 * coalesce(t.new, 0)
    or b.reactivation <> 12 * coalesce(t.reactivation, 0) or b.expansion <> 12 * coalesce(t.expansion, 0)
    or b.contraction <> 12 * coalesce(t.contraction, 0) or b.churn <> 12 * coalesce(t.churn, 0)
    or b.fx <> 12 * coalesce(t.fx, 0) or b.closing <> 12 * coalesce(t.closing, 0)
    or b.gross_arr <> 12 * coalesce(t.gross_mrr, 0) or b.customers_closing <> coalesce(t.customers_closing, 0)

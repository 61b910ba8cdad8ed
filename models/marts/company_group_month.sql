select
    m.policy_id,
    t.ancestor_id as company_id,
    m.month,
    bool_and(m.is_complete) as is_complete,
    m.currency,
    sum(m.mrr) as mrr,
    sum(m.arr) as arr,
    sum(m.gross_mrr) as gross_mrr,
    sum(m.opening) as opening,
    sum(m.new) as new,
    sum(m.reactivation) as reactivation,
    sum(m.expansion) as expansion,
    sum(m.contraction) as contraction,
    sum(m.churn) as churn,
    sum(m.fx) as fx,
    sum(m.closing) as closing,
    count(*) filter (where m.is_customer) as customer_count
from intermediate.company_tree as t
join marts.company_month as m on t.company_id = m.company_id
group by m.policy_id, t.ancestor_id, m.month, m.currency

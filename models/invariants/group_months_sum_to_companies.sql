-- In every month, what the tops of all groups pay, and how that moved, is the sum of the companies in groups.
with grouped as (
    select
        m.policy_id, m.month, sum(m.mrr) as mrr, sum(m.gross_mrr) as gross_mrr, sum(m.opening) as opening,
        sum(m.new) as new, sum(m.reactivation) as reactivation, sum(m.expansion) as expansion,
        sum(m.contraction) as contraction, sum(m.churn) as churn, sum(m.fx) as fx,
        sum(m.customer_count) as customer_count
    from marts.company_group_month as m
    join marts.company_group as g on m.company_id = g.company_id
    where g.company_id = g.ultimate_parent_id
    group by m.policy_id, m.month
),

alone as (
    select
        m.policy_id, m.month, sum(m.mrr) as mrr, sum(m.gross_mrr) as gross_mrr, sum(m.opening) as opening,
        sum(m.new) as new, sum(m.reactivation) as reactivation, sum(m.expansion) as expansion,
        sum(m.contraction) as contraction, sum(m.churn) as churn, sum(m.fx) as fx,
        count(*) filter (where m.is_customer) as customer_count
    from marts.company_month as m
    join marts.company_group as g on m.company_id = g.company_id
    group by m.policy_id, m.month
)

(select * from grouped
except
select * from alone)
union all
(select * from alone
except
select * from grouped)

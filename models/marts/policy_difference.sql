-- Companies and months for which a set of rules that is computed beside the main one comes to another MRR.
with main as (
    select p.policy_id, c.company_id, c.month, c.mrr
    from marts.company_month as c
    join policy.revenue_set as m on c.policy_id = m.policy_id and m.is_main
    join policy.revenue_set as p on not p.is_main and p.conversion <> 'none'
),

beside as (
    select c.policy_id, c.company_id, c.month, c.mrr
    from marts.company_month as c
    join policy.revenue_set as p on c.policy_id = p.policy_id and not p.is_main
    join policy.revenue_set as m on m.is_main and m.conversion <> 'none'
)

select
    coalesce(b.policy_id, m.policy_id) as policy_id, coalesce(b.company_id, m.company_id) as company_id,
    coalesce(b.month, m.month) as month, r.reporting_currency as currency, coalesce(m.mrr, 0) as main_mrr,
    coalesce(b.mrr, 0) as mrr, coalesce(b.mrr, 0) - coalesce(m.mrr, 0) as difference
from main as m
full join beside as b on m.policy_id = b.policy_id and m.company_id = b.company_id and m.month = b.month
cross join policy.revenue as r
where coalesce(b.mrr, 0) <> coalesce(m.mrr, 0)

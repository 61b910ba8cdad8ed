-- Committed MRR is today's MRR plus what is coming less what is leaving; today's is what the last month closes with.
with last_month as (
    select r.policy_id, r.company_id, r.currency, r.closing
    from marts.mrr_movement as r
    join (select policy_id, max(month) as month from intermediate.month group by policy_id) as l
        on r.policy_id = l.policy_id and r.month = l.month
    where r.closing <> 0
)

select
    coalesce(c.policy_id, l.policy_id) as policy_id, coalesce(c.company_id, l.company_id) as company_id,
    coalesce(c.currency, l.currency) as currency,
    c.mrr, c.coming, c.leaving, c.committed_mrr, l.closing
from marts.committed_mrr as c
full join last_month as l
    on c.policy_id = l.policy_id and c.company_id = l.company_id and c.currency = l.currency
where coalesce(c.mrr, 0) <> coalesce(l.closing, 0) or c.committed_mrr <> c.mrr + c.coming - c.leaving

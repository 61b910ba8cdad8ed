-- Committed MRR is today's MRR plus what is coming less what is leaving; today's is what the last month closes with.
with last_month as (
    select r.company_id, r.currency, r.closing
    from marts.mrr_movement as r
    where r.month = (select max(month) from intermediate.month) and r.closing <> 0
)

select
    coalesce(c.company_id, l.company_id) as company_id, coalesce(c.currency, l.currency) as currency,
    c.mrr, c.coming, c.leaving, c.committed_mrr, l.closing
from marts.committed_mrr as c
full join last_month as l on c.company_id = l.company_id and c.currency = l.currency
where coalesce(c.mrr, 0) <> coalesce(l.closing, 0) or c.committed_mrr <> c.mrr + c.coming - c.leaving

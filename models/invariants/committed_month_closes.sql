-- Committed MRR of a month is its MRR plus what is signed less what leaves, none below 0, and past MRR is the movement's.
select
    coalesce(c.policy_id, r.policy_id) as policy_id, coalesce(c.company_id, r.company_id) as company_id,
    coalesce(c.currency, r.currency) as currency, coalesce(c.month, r.month) as month, c.mrr, c.signed, c.leaving,
    c.committed_mrr, r.closing
from (select * from marts.committed_month where not is_coming) as c
full join (select * from marts.mrr_movement where closing <> 0) as r
    on c.policy_id = r.policy_id and c.company_id = r.company_id and c.currency = r.currency and c.month = r.month
where coalesce(c.mrr, 0) <> coalesce(r.closing, 0) or c.committed_mrr <> c.mrr + c.signed - c.leaving
    or c.committed_mrr < 0 or c.signed < 0 or c.leaving < 0

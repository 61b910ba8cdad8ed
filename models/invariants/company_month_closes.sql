-- Closing MRR of a company is opening plus the movements, in the reporting currency; ARR is twelve times MRR.
select *
from marts.company_month
where closing <> opening + new + reactivation + expansion - contraction - churn + fx or mrr <> closing or arr <> 12 * mrr

-- A company's month is at most one of new, reactivation and churn, and never both more and less.
select company_id, month, new, reactivation, expansion, contraction, churn
from marts.company_month
where (case when new <> 0 then 1 else 0 end) + (case when reactivation <> 0 then 1 else 0 end)
    + (case when churn <> 0 then 1 else 0 end) + (case when expansion <> 0 or contraction <> 0 then 1 else 0 end) > 1
    or (expansion <> 0 and contraction <> 0)

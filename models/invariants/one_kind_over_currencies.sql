-- What a company's month is called (new, reactivation, churn or a change) is the same in all its currencies.
select company_id, month
from marts.mrr_movement
where closing <> opening
group by company_id, month
having (case when max(abs(new)) > 0 then 1 else 0 end) + (case when max(abs(reactivation)) > 0 then 1 else 0 end)
    + (case when max(abs(churn)) > 0 then 1 else 0 end)
    + (case when max(abs(expansion)) > 0 or max(abs(contraction)) > 0 then 1 else 0 end) > 1

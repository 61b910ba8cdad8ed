-- In its first month a cohort is whole: all its companies pay, and all they pay is kept. It never has other companies.
select c.*
from marts.cohort_month as c
left join marts.cohort_month as f
    on c.policy_id = f.policy_id and c.segment = f.segment and c.cohort = f.cohort and f.month_of_life = 0
where f.cohort is null
    or c.companies_start <> f.companies_start
    or c.companies_kept > c.companies_start
    or c.gross_mrr > c.net_mrr
    or c.gross_mrr > c.starting_mrr
    or (
        c.month_of_life = 0
        and (
            c.companies_kept <> c.companies_start or c.net_mrr <> c.starting_mrr or c.gross_mrr <> c.starting_mrr
            or c.logo_retention <> 1 or c.net_retention <> 1 or c.gross_retention <> 1
        )
    )

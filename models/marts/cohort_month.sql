-- The cohorts of each segment, and of all together.
with told as (
    select policy_id, segment, first_month_no, month_no, companies_start, companies_kept, starting_mrr, net_mrr, gross_mrr
    from intermediate.cohort_total
    union all
    select
        policy_id, '(all)', first_month_no, month_no, sum(companies_start), sum(companies_kept), sum(starting_mrr),
        sum(net_mrr),
        sum(gross_mrr)
    from intermediate.cohort_total
    group by policy_id, first_month_no, month_no
)

select
    t.policy_id, t.segment, f.month as cohort, t.month_no - t.first_month_no as month_of_life, m.month, m.is_complete,
    p.reporting_currency as currency, t.companies_start, t.companies_kept, t.starting_mrr, t.net_mrr, t.gross_mrr,
    round(t.companies_kept / t.companies_start, 12) as logo_retention,
    round(case when t.starting_mrr > 0 then t.net_mrr / t.starting_mrr end, 12) as net_retention,
    round(case when t.starting_mrr > 0 then t.gross_mrr / t.starting_mrr end, 12) as gross_retention
from told as t
join intermediate.month as m on t.policy_id = m.policy_id and t.month_no = m.month_no
join intermediate.month as f on t.policy_id = f.policy_id and t.first_month_no = f.month_no
cross join policy.revenue as p

-- What was lost in a month, by the reason noted for it.
select
    l.policy_id, m.month, l.reason, m.is_complete, p.reporting_currency as currency,
    count(*) as companies_churned,
    sum(l.mrr_churned) as mrr_churned,
    count(*) filter (where l.is_voluntary) as companies_churned_voluntary,
    coalesce(sum(l.mrr_churned) filter (where l.is_voluntary), 0) as mrr_churned_voluntary,
    count(*) filter (where not l.is_voluntary) as companies_churned_involuntary,
    coalesce(sum(l.mrr_churned) filter (where not l.is_voluntary), 0) as mrr_churned_involuntary
from intermediate.company_loss as l
join intermediate.month as m on l.policy_id = m.policy_id and l.month = m.month
cross join policy.revenue as p
group by l.policy_id, m.month, l.reason, m.is_complete, p.reporting_currency

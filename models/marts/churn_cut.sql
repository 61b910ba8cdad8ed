-- What was lost in a month, by the segment it was lost from and the reason noted for it.
select
    l.policy_id, coalesce(a.segment, 'not stated') as segment, m.month, l.reason, m.is_complete,
    p.reporting_currency as currency, count(*) as companies_churned, sum(l.mrr_churned) as mrr_churned,
    count(*) filter (where l.is_voluntary) as companies_churned_voluntary,
    coalesce(sum(l.mrr_churned) filter (where l.is_voluntary), 0) as mrr_churned_voluntary,
    count(*) filter (where not l.is_voluntary) as companies_churned_involuntary,
    coalesce(sum(l.mrr_churned) filter (where not l.is_voluntary), 0) as mrr_churned_involuntary
from intermediate.company_loss as l
join intermediate.month as m on l.policy_id = m.policy_id and l.month = m.month
cross join policy.revenue as p
left join intermediate.company_member as a
    on l.policy_id = a.policy_id and l.company_id = a.company_id and m.month_no - 1 >= a.from_no
    and m.month_no - 1 < a.until_no
group by l.policy_id, coalesce(a.segment, 'not stated'), m.month, l.reason, m.is_complete, p.reporting_currency

-- What a company's month is called (new, reactivation, churn or a change) is the same in all its currencies.
-- Where a set of rules looks at subscriptions or items, each of them has a month of its own.
select r.policy_id, r.company_id, r.month
from marts.mrr_movement as r
join policy.revenue_set as p on r.policy_id = p.policy_id
where r.closing <> r.opening and p.movement_grain in ('customer', 'parent')
group by r.policy_id, r.company_id, r.month
having (case when max(abs(r.new)) > 0 then 1 else 0 end) + (case when max(abs(r.reactivation)) > 0 then 1 else 0 end)
    + (case when max(abs(r.churn)) > 0 then 1 else 0 end)
    + (case when max(abs(r.expansion)) > 0 or max(abs(r.contraction)) > 0 then 1 else 0 end) > 1

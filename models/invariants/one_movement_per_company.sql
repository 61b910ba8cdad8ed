-- A company's month is at most one of new, reactivation and churn, and never both more and less.
-- Where a set of rules looks at subscriptions or items, it is the sum of theirs.
select c.policy_id, c.company_id, c.month, c.new, c.reactivation, c.expansion, c.contraction, c.churn
from marts.company_month as c
join policy.revenue_set as p on c.policy_id = p.policy_id
where p.movement_grain in ('customer', 'parent')
    and (
        (case when c.new <> 0 then 1 else 0 end) + (case when c.reactivation <> 0 then 1 else 0 end)
        + (case when c.churn <> 0 then 1 else 0 end)
        + (case when c.expansion <> 0 or c.contraction <> 0 then 1 else 0 end) > 1
        or (c.expansion <> 0 and c.contraction <> 0)
    )

-- What one unit of a currency is worth in the reporting currency now: the rate of the as-of month, in the main set of rules.
select r.currency, r.rate
from intermediate.month_rate as r
join policy.revenue as p on r.policy_id = p.policy_id
qualify r.month_no = max(r.month_no) over ()

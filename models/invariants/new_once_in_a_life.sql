-- A company is new once in its life, in its first month, unless the policy lets returning companies be new again.
select
    c.policy_id, c.company_id, count(*) as times_new, min(c.months_since_first) as first_after,
    max(c.months_since_first) as last_after
from marts.company_month as c
join policy.revenue_set as p on c.policy_id = p.policy_id
where c.movement = 'new' and p.reactivation = 'always'
group by c.policy_id, c.company_id
having count(*) > 1 or max(c.months_since_first) <> 0

-- The first instant at which anything ran that a set of rules might count: where its months and days begin.
with agreed as (
    select min(valid_from) as first_at from objects.subscription_version
),

billed as (
    select policy_id, min(runs_from) as first_at
    from intermediate.billed_item_span
    group by policy_id
)

select p.policy_id, least(a.first_at, b.first_at) as first_at
from policy.revenue_set as p
cross join agreed as a
left join billed as b on p.policy_id = b.policy_id

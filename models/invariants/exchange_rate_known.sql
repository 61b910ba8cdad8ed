-- Every currency in which anybody pays has an exchange rate for the month, quoted shortly before its end.
-- severity: warn
-- Without a rate its MRR counts as 0 in the reporting currency; an old rate is used all the same.
with paid as (
    select r.policy_id, r.month, r.currency, sum(r.closing) as mrr
    from marts.mrr_movement as r
    join policy.revenue_set as s on r.policy_id = s.policy_id
    where r.closing <> 0 and s.conversion <> 'none'
    group by r.policy_id, r.month, r.currency
)

select p.policy_id, p.month, p.currency, p.mrr, x.rate, x.quoted_on
from paid as p
cross join policy.revenue as policy
left join intermediate.month_rate as x
    on p.policy_id = x.policy_id and p.month = x.month and p.currency = x.currency
where x.rate is null or date_diff('day', x.quoted_on, x.valued_on) > policy.rate_max_age_days

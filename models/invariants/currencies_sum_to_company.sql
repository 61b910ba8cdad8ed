-- What a company pays in the reporting currency is the sum over its currencies at the month's exchange rates.
-- Where a set of rules looks at subscriptions or items, each of them is converted by itself, and rounded.
with converted as (
    select
        r.policy_id, r.company_id, r.month,
        sum(
            case
                when x.rate = 1 then r.closing
                else cast(round(cast(r.closing as decimal(38, 6)) * coalesce(x.rate, 0), 6) as decimal(38, 12))
            end
        ) as closing
    from marts.mrr_movement as r
    left join intermediate.month_rate as x
        on r.policy_id = x.policy_id and r.month = x.month and r.currency = x.currency
    group by r.policy_id, r.company_id, r.month
)

select
    coalesce(c.policy_id, v.policy_id) as policy_id, coalesce(c.company_id, v.company_id) as company_id,
    coalesce(c.month, v.month) as month,
    c.mrr as of_company, v.closing as of_currencies
from marts.company_month as c
full join converted as v on c.policy_id = v.policy_id and c.company_id = v.company_id and c.month = v.month
join policy.revenue_set as p on coalesce(c.policy_id, v.policy_id) = p.policy_id
where p.conversion <> 'none'
    and (
        c.company_id is null or v.company_id is null
        or abs(c.mrr - v.closing) > case when p.movement_grain in ('customer', 'parent') then 0 else 0.001 end
    )

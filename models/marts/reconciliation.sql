-- Differences by reason, and one row that says `none` where there is no difference to explain.
with reason as (
    select company_id, currency, month, comparison, reason, sum(amount) as amount
    from intermediate.reconciled_part
    where company_id is not null
    group by company_id, currency, month, comparison, reason
    having sum(amount) <> 0
),

compared as (
    select m.*, c.comparison
    from intermediate.reconciled_month as m
    cross join (select unnest(['billed', 'collected']) as comparison) as c
),

everything as (
    select
        c.company_id, c.currency, c.month, c.comparison, coalesce(r.reason, 'none') as reason,
        coalesce(r.amount, 0) as amount,
        c.contracted, c.billed, c.collected
    from compared as c
    left join reason as r on c.company_id = r.company_id and c.currency = r.currency and c.month = r.month
        and c.comparison = r.comparison
)

select
    e.*, p.reporting_currency,
    cast(round(e.amount * case when e.currency = p.reporting_currency then 1 else x.rate end, 12) as decimal(38, 12))
        as amount_reporting
from everything as e
cross join policy.revenue as p
left join intermediate.month_rate as x on p.policy_id = x.policy_id and e.month = x.month and e.currency = x.currency

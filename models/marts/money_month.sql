-- Money by month, each kind in its own column.
with summed as (
    select
        company_id, month, currency,
        cast(coalesce(sum(amount) filter (where kind = 'booked'), 0) as decimal(18, 4)) as booked,
        cast(coalesce(sum(amount) filter (where kind = 'billed'), 0) as decimal(18, 4)) as billed,
        cast(coalesce(sum(amount) filter (where kind = 'collected'), 0) as decimal(18, 4)) as collected,
        cast(coalesce(sum(amount) filter (where kind = 'sold'), 0) as decimal(18, 4)) as sold,
        cast(coalesce(sum(amount) filter (where kind = 'credited'), 0) as decimal(18, 4)) as credited,
        cast(coalesce(sum(amount) filter (where kind = 'refunded'), 0) as decimal(18, 4)) as refunded
    from intermediate.money_moved
    group by company_id, month, currency
),

rated as (
    select s.*, p.reporting_currency, case when s.currency = p.reporting_currency then 1 else x.rate end as rate
    from summed as s
    cross join policy.revenue as p
    left join intermediate.month_rate as x on p.policy_id = x.policy_id and s.month = x.month and s.currency = x.currency
)

select
    * exclude (rate),
    cast(round(booked * rate, 12) as decimal(38, 12)) as booked_reporting,
    cast(round(billed * rate, 12) as decimal(38, 12)) as billed_reporting,
    cast(round(collected * rate, 12) as decimal(38, 12)) as collected_reporting,
    cast(round(sold * rate, 12) as decimal(38, 12)) as sold_reporting,
    cast(round(credited * rate, 12) as decimal(38, 12)) as credited_reporting,
    cast(round(refunded * rate, 12) as decimal(38, 12)) as refunded_reporting
from rated

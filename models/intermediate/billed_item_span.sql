-- What lines of invoices are worth a month over the time they are billed for, in each set of rules that counts them: all,
-- or those of companies that have no subscription. More than 10^15 a month is no price, as for subscriptions.
with counted as (
    select
        p.policy_id, l.*, case when l.month_count is null then d.numerator * 86400 else 1 end as numerator,
        coalesce(l.month_count, d.denominator * l.second_count) as divisor
    from intermediate.billed_line_run as l
    join policy.revenue_set_interval as d on d.billing_interval = 'day'
    join policy.revenue_set as p on d.policy_id = p.policy_id
    where p.basis = 'invoice_line' or l.company_id not in (
        select s.company_id from objects.subscription as s where s.company_id is not null
    )
),

priced as (
    select
        *, cast(gross_amount as decimal(38, 12)) * numerator as gross, cast(net_amount as decimal(38, 12)) * numerator as net
    from counted
    where abs(cast(gross_amount as double)) * numerator <= 1e15 * divisor
        and abs(cast(net_amount as double)) * numerator <= 1e15 * divisor
),

whole as (
    select
        *, cast(round(gross / divisor) as decimal(38, 0)) as gross_whole,
        cast(round(net / divisor) as decimal(38, 0)) as net_whole
    from priced
)

select
    policy_id, invoice_line_id, subscription_id, product_id, company_id, currency, quantity, unit_amount, numerator, divisor,
    runs_from, runs_to,
    gross_whole + cast(round((gross - gross_whole * divisor) / divisor, 12) as decimal(38, 12)) as gross_mrr,
    net_whole + cast(round((net - net_whole * divisor) / divisor, 12) as decimal(38, 12)) as net_mrr
from whole

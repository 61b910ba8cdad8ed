-- What each item of a subscription is worth a month, before (gross) and after (net) discounts, over [runs_from, runs_to).
-- A fixed amount on the whole subscription is split pro rata, the residue to the largest item.
with weighed as (
    select
        *, greatest(period_net, 0) as base,
        cast(round(greatest(period_net, 0) * numerator / divisor, 12) as decimal(38, 12)) as weight
    from intermediate.subscription_item_piece
    where shared_off > 0
),

-- Items with one length of billing period share their part of the amount exactly.
shared as (
    select
        *,
        sum(base) over per_period as period_base,
        row_number() over (per_period order by base desc, item asc) as size_rank,
        sum(weight) over per_period as period_weight,
        sum(weight) over (partition by policy_id, subscription_id, runs_from, currency) as whole_weight
    from weighed
    window per_period as (partition by policy_id, subscription_id, runs_from, currency, numerator, divisor)
),

target as (
    select
        *,
        case
            when base = 0 then null
            when period_weight = whole_weight then greatest(period_base - shared_off, 0)
            else greatest(
                period_base - cast(round(shared_off * (period_weight / whole_weight), 12) as decimal(38, 12)), 0
            )
        end as period_target
    from shared
),

proposed as (
    select
        *,
        case
            when period_target is null then period_net
            else cast(round(base * (period_target / period_base), 12) as decimal(38, 12))
        end as period_share
    from target
),

settled as (
    select
        policy_id, subscription_version_id, subscription_id, company_id, item, product_id, currency, runs_from,
        runs_to, divisor,
        case
            when period_target is null or size_rank > 1 then period_share
            else period_target + period_share - sum(case when base > 0 then period_share else 0 end) over (
                partition by policy_id, subscription_id, runs_from, currency, numerator, divisor
            )
        end * numerator as net_amount,
        period_amount * numerator as gross_amount
    from proposed
    union all
    select
        policy_id, subscription_version_id, subscription_id, company_id, item, product_id, currency, runs_from,
        runs_to, divisor,
        period_net * numerator, period_amount * numerator
    from intermediate.subscription_item_piece
    where shared_off <= 0
),

-- A quotient is a double, so whole units are divided out first and only the rest, below 1, is rounded to 12 places.
whole as (
    select
        *,
        cast(round(gross_amount / divisor) as decimal(38, 0)) as gross_whole,
        cast(round(net_amount / divisor) as decimal(38, 0)) as net_whole
    from settled
)

select
    policy_id, subscription_id, item, subscription_version_id, company_id, product_id, currency, runs_from, runs_to,
    gross_whole + cast(round((gross_amount - gross_whole * divisor) / divisor, 12) as decimal(38, 12)) as gross_mrr,
    net_whole + cast(round((net_amount - net_whole * divisor) / divisor, 12) as decimal(38, 12)) as net_mrr
from whole

-- Rates of every member of a dimension in which companies are counted, from its bridge; each is one quotient, null
-- where there is nothing to divide by.
with base as (
    select
        c.*, m.month_no, c.opening + c.transfer_in - c.transfer_out as base,
        c.customers_opening + c.customers_transferred_in - c.customers_transferred_out as customers_base,
        c.churn + c.contraction as lost, c.new + c.reactivation + c.expansion as won
    from marts.bridge_cut as c
    join intermediate.month as m on c.policy_id = m.policy_id and c.month = m.month
    where c.dimension not in ('currency', 'product')
),

lately as (
    select
        b.policy_id, b.dimension, b.member, b.month_no, cast(sum(earlier.customers_base) as bigint) as trailing_base,
        cast(sum(earlier.customers_churned) as bigint) as trailing_churned
    from base as b
    cross join policy.revenue as p
    join base as earlier
        on b.policy_id = earlier.policy_id and b.dimension = earlier.dimension and b.member = earlier.member
        and b.month_no >= earlier.month_no and b.month_no < earlier.month_no + p.trailing_months
    group by b.policy_id, b.dimension, b.member, b.month_no
)

select
    b.policy_id, b.dimension, b.member, b.month, b.member_name, b.is_complete, b.currency,
    round(case when b.base > 0 then b.lost / b.base end, 12) as gross_mrr_churn_rate,
    round(case when b.base > 0 then (b.lost - b.expansion - b.reactivation) / b.base end, 12) as net_mrr_churn_rate,
    round(case when b.customers_base > 0 then b.customers_churned / b.customers_base end, 12) as logo_churn_rate,
    round(case when t.trailing_base > 0 then t.trailing_churned / t.trailing_base end, 12) as trailing_logo_churn_rate,
    round(case when b.lost > 0 then b.won / b.lost end, 12) as quick_ratio,
    cast(round(case when b.customers_closing > 0 then b.closing / (12 * b.customers_closing) end, 6) as decimal(38, 12))
        as arpa,
    cast(round(case when b.customers_new > 0 then b.new / (12 * b.customers_new) end, 6) as decimal(38, 12)) as asp,
    cast(
        round(
            case
                when b.customers_closing > 0 and t.trailing_churned > 0
                    then b.closing * t.trailing_base / (12 * b.customers_closing * t.trailing_churned)
            end, 6
        ) as decimal(38, 12)
    ) as ltv,
    cast(round(b.closing / 12, 6) as decimal(38, 12)) as closing_mrr,
    b.customers_closing
from base as b
join lately as t
    on b.policy_id = t.policy_id and b.dimension = t.dimension and b.member = t.member and b.month_no = t.month_no

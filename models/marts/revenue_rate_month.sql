-- Rates of the whole business, from the bridge; each is one quotient, null where there is nothing to divide by.
with lately as (
    select
        m.policy_id, m.month,
        cast(sum(b.customers_opening) as bigint) as customers_opening,
        cast(sum(b.customers_churned) as bigint) as customers_churned
    from intermediate.month as m
    cross join policy.revenue as p
    join intermediate.month as earlier
        on m.policy_id = earlier.policy_id and m.month_no >= earlier.month_no
        and earlier.month_no > m.month_no - p.trailing_months
    join marts.arr_bridge as b on earlier.policy_id = b.policy_id and earlier.month = b.month
    group by m.policy_id, m.month
),

base as (
    select
        b.*, t.customers_opening as trailing_opening, t.customers_churned as trailing_churned,
        b.churn + b.contraction as lost, b.new + b.reactivation + b.expansion as won
    from marts.arr_bridge as b
    join lately as t on b.policy_id = t.policy_id and b.month = t.month
)

select
    policy_id, month, is_complete, currency,
    round(case when opening > 0 then lost / opening end, 12) as gross_mrr_churn_rate,
    round(case when opening > 0 then (lost - expansion - reactivation) / opening end, 12) as net_mrr_churn_rate,
    round(case when customers_opening > 0 then customers_churned / customers_opening end, 12) as logo_churn_rate,
    round(case when trailing_opening > 0 then trailing_churned / trailing_opening end, 12) as trailing_logo_churn_rate,
    round(case when lost > 0 then won / lost end, 12) as quick_ratio,
    cast(round(case when customers_closing > 0 then closing / (12 * customers_closing) end, 6) as decimal(38, 12))
        as arpa,
    cast(round(case when customers_new > 0 then new / (12 * customers_new) end, 6) as decimal(38, 12)) as asp,
    cast(
        round(
            case
                when customers_closing > 0 and trailing_churned > 0
                    then closing * trailing_opening / (12 * customers_closing * trailing_churned)
            end, 6
        ) as decimal(38, 12)
    ) as ltv,
    cast(round(closing / 12, 6) as decimal(38, 12)) as closing_mrr,
    customers_closing,
    trailing_opening as trailing_customers_opening,
    trailing_churned as trailing_customers_churned
from base

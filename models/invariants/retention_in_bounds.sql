-- 0 <= gross retention <= net retention and 1; nobody remains who was not there; a window of one month fits the bridge.
-- Where a set of rules looks at subscriptions or items, the bridge tells more movements than companies make.
select r.*
from marts.retention_month as r
left join marts.arr_bridge as b on r.policy_id = b.policy_id and r.month = b.month
left join policy.revenue_set as p on r.policy_id = p.policy_id
where r.gross_revenue_retention < 0
    or r.gross_revenue_retention > 1
    or r.gross_revenue_retention > r.net_revenue_retention
    or r.remaining_customers > r.starting_customers
    or (r.starting_customers = 0 and (r.net_revenue_retention is not null or r.logo_retention is not null))
    or (r.window_months = 1 and r.starting_customers <> b.customers_opening)
    or (
        p.movement_grain in ('customer', 'parent') and r.window_months = 1
        and (12 * r.starting_mrr <> b.opening + b.fx or 12 * (r.starting_mrr - r.retained_mrr) <> b.churn + b.contraction)
    )

-- What a company pays in a currency now is the sum of its subscriptions and invoices, each the sum of its items, at least 0.
with now as (
    select policy_id, month, valued_at
    from intermediate.month
    qualify month = max(month) over (partition by policy_id)
),

part as (
    select
        i.policy_id, i.company_id, i.currency, i.subscription_id, sum(i.net_mrr) as net_mrr, count(*) as item_count,
        bool_or(i.net_mrr < 0) as has_credits
    from marts.mrr_item as i
    join now as n on i.policy_id = n.policy_id
    where i.runs_from <= n.valued_at and coalesce(i.runs_to > n.valued_at, true)
    group by i.policy_id, i.company_id, i.currency, i.subscription_id
),

whole as (
    select
        policy_id, company_id, currency,
        cast(greatest(round(round(sum(net_mrr), 10), 6), 0) as decimal(38, 12)) as mrr, sum(item_count) as item_count,
        bool_or(has_credits) as has_credits
    from part
    group by policy_id, company_id, currency
),

paid as (
    select r.policy_id, r.company_id, r.currency, r.closing
    from marts.mrr_movement as r
    join now as n on r.policy_id = n.policy_id and r.month = n.month
    where r.closing <> 0
)

-- Where a set of rules looks at subscriptions or items, each of them is rounded, and at least 0, by itself.
select
    coalesce(w.policy_id, p.policy_id) as policy_id, coalesce(w.company_id, p.company_id) as company_id,
    coalesce(w.currency, p.currency) as currency, w.mrr as of_items, p.closing as of_company
from whole as w
full join paid as p on w.policy_id = p.policy_id and w.company_id = p.company_id and w.currency = p.currency
join policy.revenue_set as s on coalesce(w.policy_id, p.policy_id) = s.policy_id
where (s.movement_grain in ('customer', 'parent') and coalesce(w.mrr, 0) <> coalesce(p.closing, 0))
    or (
        s.movement_grain not in ('customer', 'parent') and coalesce(p.closing, 0) <> coalesce(w.mrr, 0)
        and (
            coalesce(p.closing, 0) < coalesce(w.mrr, 0) - 0.000001 * coalesce(w.item_count, 0)
            or (not coalesce(w.has_credits, false) and p.closing > w.mrr + 0.000001 * w.item_count)
        )
    )

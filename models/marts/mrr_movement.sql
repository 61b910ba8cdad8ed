-- Every snapshot of every company and currency from its first to the one at which it is gone.
with moved as (
    select
        c.*, coalesce(k.kind, 'change') as kind, c.closing - c.opening as change
    from intermediate.company_currency_change as c
    left join intermediate.company_change as k on c.company_id = k.company_id and c.month_no = k.month_no
    where c.opening <> 0 or c.closing <> 0
),

named as (
    select
        *,
        case when kind = 'new' then change else 0 end as new,
        case when kind = 'reactivation' then change else 0 end as reactivation,
        case when kind = 'change' then greatest(change, 0) else 0 end as expansion,
        case when kind = 'change' then greatest(-change, 0) else 0 end as contraction,
        case when kind = 'churn' then -change else 0 end as churn
    from moved
)

select
    p.policy_id, n.company_id, n.currency, m.month, m.is_complete,
    case when m.month_no = n.month_no then n.opening else n.closing end as opening,
    case when m.month_no = n.month_no then n.new else 0 end as new,
    case when m.month_no = n.month_no then n.reactivation else 0 end as reactivation,
    case when m.month_no = n.month_no then n.expansion else 0 end as expansion,
    case when m.month_no = n.month_no then n.contraction else 0 end as contraction,
    case when m.month_no = n.month_no then n.churn else 0 end as churn,
    0 as fx,
    n.closing, n.gross_mrr
from named as n
join intermediate.month as m on n.month_no <= m.month_no and n.until_no > m.month_no
cross join policy.revenue as p

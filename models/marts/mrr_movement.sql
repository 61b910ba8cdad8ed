-- Every month of every company and currency from its first with revenue to the one at which it is gone.
select
    c.policy_id, c.company_id, c.currency, m.month, m.is_complete,
    case when m.month_no = c.period_no then c.opening else c.closing end as opening,
    case when m.month_no = c.period_no then c.new else 0 end as new,
    case when m.month_no = c.period_no then c.reactivation else 0 end as reactivation,
    case when m.month_no = c.period_no then c.expansion else 0 end as expansion,
    case when m.month_no = c.period_no then c.contraction else 0 end as contraction,
    case when m.month_no = c.period_no then c.churn else 0 end as churn,
    0 as fx,
    c.closing, c.gross_mrr
from intermediate.company_move as c
join intermediate.month as m on c.policy_id = m.policy_id and c.period_no <= m.month_no and c.until_no > m.month_no
where c.grain = 'month' and (c.opening <> 0 or c.closing <> 0)

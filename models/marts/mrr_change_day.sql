-- Days on which something moves, by the rules of the months: who joins and leaves between two midnights shows nothing.
select
    c.policy_id, c.company_id, c.currency, d.period as day, c.opening, c.new, c.reactivation, c.expansion, c.contraction,
    c.churn, c.closing
from intermediate.company_move as c
join intermediate.period as d on c.policy_id = d.policy_id and c.grain = d.grain and c.period_no = d.period_no
where c.grain = 'day' and c.new + c.reactivation + c.expansion + c.contraction + c.churn <> 0

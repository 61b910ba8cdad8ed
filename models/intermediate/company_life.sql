-- When a company (`unit_id` is empty), or a subscription or item of it, first paid, and whether always in one currency.
select
    c.policy_id, c.company_id, c.unit_id, min(c.currency) = max(c.currency) as is_in_one_currency,
    min(k.first_period_no) as first_month_no
from intermediate.company_currency_change as c
left join intermediate.company_change as k
    on c.policy_id = k.policy_id and c.grain = k.grain and c.company_id = k.company_id and c.unit_id = k.unit_id
    and c.period_no = k.period_no
where c.grain = 'month'
group by c.policy_id, c.company_id, c.unit_id

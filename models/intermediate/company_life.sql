-- When a company first paid, and whether it always paid in one currency.
select
    c.company_id, min(c.currency) = max(c.currency) as is_in_one_currency, min(k.first_month_no) as first_month_no
from intermediate.company_currency_change as c
left join intermediate.company_change as k on c.company_id = k.company_id and c.month_no = k.month_no
group by c.company_id

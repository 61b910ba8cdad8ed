-- What a company pays in the reporting currency is the sum over its currencies at the month's exchange rates.
with converted as (
    select
        r.company_id, r.month,
        sum(
            case
                when x.rate = 1 then r.closing
                else cast(round(cast(r.closing as decimal(38, 6)) * coalesce(x.rate, 0), 6) as decimal(38, 12))
            end
        ) as closing
    from marts.mrr_movement as r
    left join intermediate.month_rate as x on r.month = x.month and r.currency = x.currency
    group by r.company_id, r.month
)

select
    coalesce(c.company_id, v.company_id) as company_id, coalesce(c.month, v.month) as month,
    c.mrr as of_company, v.closing as of_currencies
from marts.company_month as c
full join converted as v on c.company_id = v.company_id and c.month = v.month
where c.company_id is null or v.company_id is null or c.mrr <> v.closing

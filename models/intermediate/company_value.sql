-- What each company pays at a month's end and at the one before, in the reporting currency: `opening` at the rates of the
-- month before, `opening_now` at this month's. Every amount (it has 6 places) is converted by itself, rounded to 6.
with rated as (
    select
        r.company_id, m.month_no, cast(r.opening as decimal(38, 6)) as opening, cast(r.closing as decimal(38, 6)) as closing,
        cast(r.gross_mrr as decimal(38, 6)) as gross_mrr, l.is_in_one_currency,
        coalesce(now.rate, 0) as rate, coalesce(before.rate, 0) as rate_before
    from marts.mrr_movement as r
    join intermediate.month as m on r.month = m.month
    join intermediate.company_life as l on r.company_id = l.company_id
    left join intermediate.month_rate as now on m.month_no = now.month_no and r.currency = now.currency
    left join intermediate.month_rate as before on before.month_no = m.month_no - 1 and r.currency = before.currency
),

-- Multiplying is what costs, so it is spared where an amount is in the reporting currency, or unchanged, or undiscounted.
converted as (
    select
        *,
        case
            when rate_before = 1 then opening
            else cast(opening * rate_before as decimal(38, 6))
        end as opening_before,
        case
            when rate = 1 then closing
            else cast(closing * rate as decimal(38, 6))
        end as closing_now
    from rated
),

complete as (
    select
        company_id, month_no, is_in_one_currency, closing > 0 as is_customer, opening_before, closing_now,
        case
            when rate = 1 then opening
            when opening = closing then closing_now
            else cast(opening * rate as decimal(38, 6))
        end as opening_now,
        case
            when rate = 1 then gross_mrr
            when gross_mrr = closing then closing_now
            else cast(gross_mrr * rate as decimal(38, 6))
        end as gross_now
    from converted
)

select
    company_id, month_no, opening_before as opening, opening_now, closing_now as closing, gross_now as gross_mrr, is_customer
from complete
where is_in_one_currency
union all
select
    company_id, month_no, sum(opening_before), sum(opening_now), sum(closing_now), sum(gross_now), bool_or(is_customer)
from complete
where not is_in_one_currency
group by company_id, month_no

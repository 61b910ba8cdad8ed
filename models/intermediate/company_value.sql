-- What is paid at a month's end and at the one before, in the reporting currency: `opening` at the rates of the month
-- before, `opening_now` at this month's. By the company as a whole (`unit_id` is empty), or by each subscription or item
-- where a set of rules looks at those. Every amount (it has 6 places) is converted by itself, rounded to 6.
with change as (
    select
        c.policy_id, c.company_id, c.unit_id, c.currency, c.period_no, c.until_no, l.is_in_one_currency,
        cast(c.opening as decimal(38, 6)) as opening, cast(c.closing as decimal(38, 6)) as closing,
        cast(c.gross_mrr as decimal(38, 6)) as gross_mrr
    from intermediate.company_currency_change as c
    join policy.revenue_set as p on c.policy_id = p.policy_id
    join intermediate.company_life as l
        on c.policy_id = l.policy_id and c.company_id = l.company_id and c.unit_id = l.unit_id
    where c.grain = 'month' and p.conversion <> 'none' and (c.unit_id <> '' or p.movement_grain in ('customer', 'parent'))
        and (c.opening <> 0 or c.closing <> 0 or c.unit_id <> '')
),

dense as (
    select
        c.policy_id, c.company_id, c.unit_id, c.currency, c.is_in_one_currency, c.closing, c.gross_mrr, m.month_no,
        case when m.month_no = c.period_no then c.opening else c.closing end as opening
    from change as c
    join intermediate.month as m on c.policy_id = m.policy_id and c.period_no <= m.month_no and c.until_no > m.month_no
),

rated as (
    select
        r.policy_id, r.company_id, r.unit_id, r.month_no, r.opening, r.closing, r.gross_mrr, r.is_in_one_currency,
        coalesce(now.rate, 0) as rate, coalesce(before.rate, 0) as rate_before
    from dense as r
    left join intermediate.month_rate as now
        on r.policy_id = now.policy_id and r.month_no = now.month_no and r.currency = now.currency
    left join intermediate.month_rate as before
        on r.policy_id = before.policy_id and r.month_no - 1 = before.month_no and r.currency = before.currency
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
        policy_id, company_id, unit_id, month_no, is_in_one_currency, closing > 0 as is_customer, opening_before,
        closing_now,
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
    policy_id, company_id, unit_id, month_no, opening_before as opening, opening_now, closing_now as closing,
    gross_now as gross_mrr, is_customer
from complete
where is_in_one_currency
union all
select
    policy_id, company_id, unit_id, month_no, sum(opening_before), sum(opening_now), sum(closing_now), sum(gross_now),
    bool_or(is_customer)
from complete
where not is_in_one_currency
group by policy_id, company_id, unit_id, month_no

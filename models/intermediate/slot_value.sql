-- What companies pay for each of several products, or in each of several currencies, at a month's end and at the one before,
-- in the reporting currency: `opening` at the rates of the month before, `opening_now` at this month's. Every sum up to a
-- member is converted by itself, rounded to 6 places, so that the shares add up to what the company pays.
with dense as (
    select
        s.dimension, s.policy_id, s.company_id, s.unit_id, s.currency, s.member, m.month_no, s.closing, s.closing_below,
        case when m.month_no = s.month_no then s.opening else s.closing end as opening,
        case when m.month_no = s.month_no then s.opening_below else s.closing_below end as opening_below
    from intermediate.slot_level as s
    join policy.revenue_set as p on s.policy_id = p.policy_id and p.conversion <> 'none'
    join intermediate.month as m on s.policy_id = m.policy_id and s.month_no <= m.month_no and s.until_no > m.month_no
    where s.closing <> s.closing_below or m.month_no = s.month_no
),

rated as (
    select
        d.*, l.is_in_one_currency or d.dimension = 'currency' as is_alone, coalesce(now.rate, 0) as rate,
        coalesce(before.rate, 0) as rate_before
    from dense as d
    join intermediate.company_life as l
        on d.policy_id = l.policy_id and d.company_id = l.company_id and d.unit_id = l.unit_id
    left join intermediate.month_rate as now
        on d.policy_id = now.policy_id and d.month_no = now.month_no and d.currency = now.currency
    left join intermediate.month_rate as before
        on d.policy_id = before.policy_id and d.month_no - 1 = before.month_no and d.currency = before.currency
),

converted as (
    select
        dimension, policy_id, company_id, unit_id, member, month_no, is_alone,
        case
            when rate_before = 1 then opening - opening_below
            else cast(opening * rate_before as decimal(38, 6)) - cast(opening_below * rate_before as decimal(38, 6))
        end as opening,
        case
            when rate = 1 then opening - opening_below
            else cast(opening * rate as decimal(38, 6)) - cast(opening_below * rate as decimal(38, 6))
        end as opening_now,
        case
            when rate = 1 then closing - closing_below
            else cast(closing * rate as decimal(38, 6)) - cast(closing_below * rate as decimal(38, 6))
        end as closing
    from rated
)

select dimension, policy_id, company_id, unit_id, member, month_no, opening, opening_now, closing
from converted
where is_alone
union all
select
    dimension, policy_id, company_id, unit_id, member, month_no, sum(opening) as opening, sum(opening_now) as opening_now,
    sum(closing) as closing
from converted
where not is_alone
group by dimension, policy_id, company_id, unit_id, member, month_no

-- Who paid at the start of a window, in which segment, and what they pay at its end; both at the exchange rates of its last
-- month.
with converted as (
    select
        r.policy_id, r.company_id, coalesce(a.segment, 'not stated') as segment, e.month_no, e.month,
        w.value as window_months,
        r.closing > 0 as is_customer, l.is_in_one_currency,
        case
            when rate.rate = 1 then r.closing
            else cast(cast(cast(r.closing as decimal(38, 6)) * coalesce(rate.rate, 0) as decimal(38, 6)) as decimal(38, 12))
        end as start_mrr
    from marts.mrr_movement as r
    join policy.revenue_set as s on r.policy_id = s.policy_id and s.conversion <> 'none'
    join intermediate.company_life as l on r.policy_id = l.policy_id and r.company_id = l.company_id and l.unit_id = ''
    join intermediate.month as m on r.policy_id = m.policy_id and r.month = m.month
    cross join policy.revenue_retention_windows as w
    join intermediate.month as e on m.policy_id = e.policy_id and e.month_no = m.month_no + w.value
    left join intermediate.company_member as a
        on r.policy_id = a.policy_id and r.company_id = a.company_id and m.month_no >= a.from_no and m.month_no < a.until_no
    left join intermediate.month_rate as rate
        on r.policy_id = rate.policy_id and e.month_no = rate.month_no and r.currency = rate.currency
    where r.closing <> 0
),

start as (
    select policy_id, company_id, segment, month, window_months, start_mrr
    from converted
    where is_in_one_currency and is_customer
    union all
    select policy_id, company_id, segment, month, window_months, sum(start_mrr)
    from converted
    where not is_in_one_currency
    group by policy_id, company_id, segment, month, window_months
    having bool_or(is_customer)
)

select
    s.policy_id, s.segment, s.month, s.window_months, count(*) as starting_customers,
    count(*) filter (where e.is_customer) as remaining_customers, sum(s.start_mrr) as starting_mrr,
    sum(coalesce(e.mrr, 0)) as ending_mrr, sum(least(s.start_mrr, coalesce(e.mrr, 0))) as retained_mrr
from start as s
left join marts.company_month as e
    on s.policy_id = e.policy_id and s.company_id = e.company_id and s.month = e.month
group by s.policy_id, s.segment, s.month, s.window_months

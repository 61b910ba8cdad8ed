-- Who paid at the start of a window, and what they pay at its end; both at the exchange rates of its last month.
with converted as (
    select
        r.policy_id, r.company_id, e.month_no, w.value as window_months, r.closing > 0 as is_customer, l.is_in_one_currency,
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
    left join intermediate.month_rate as rate
        on r.policy_id = rate.policy_id and e.month_no = rate.month_no and r.currency = rate.currency
    where r.closing <> 0
),

start as (
    select policy_id, company_id, month_no, window_months, start_mrr from converted where is_in_one_currency and is_customer
    union all
    select policy_id, company_id, month_no, window_months, sum(start_mrr)
    from converted
    where not is_in_one_currency
    group by policy_id, company_id, month_no, window_months
    having bool_or(is_customer)
),

at_end as (
    select c.policy_id, c.company_id, m.month_no, c.mrr
    from marts.company_month as c
    join intermediate.month as m on c.policy_id = m.policy_id and c.month = m.month
    where c.is_customer
),

total as (
    select
        s.policy_id, s.month_no, s.window_months,
        count(*) as starting_customers, count(e.company_id) as remaining_customers,
        sum(s.start_mrr) as starting_mrr, sum(coalesce(e.mrr, 0)) as ending_mrr,
        sum(least(s.start_mrr, coalesce(e.mrr, 0))) as retained_mrr
    from start as s
    left join at_end as e on s.policy_id = e.policy_id and s.company_id = e.company_id and s.month_no = e.month_no
    group by s.policy_id, s.month_no, s.window_months
)

select
    m.policy_id, m.month, w.value as window_months, m.is_complete, p.reporting_currency as currency,
    round(case when t.starting_mrr > 0 then t.ending_mrr / t.starting_mrr end, 12) as net_revenue_retention,
    round(case when t.starting_mrr > 0 then t.retained_mrr / t.starting_mrr end, 12) as gross_revenue_retention,
    round(case when t.starting_customers > 0 then t.remaining_customers / t.starting_customers end, 12)
        as logo_retention,
    coalesce(t.starting_mrr, 0) as starting_mrr,
    coalesce(t.ending_mrr, 0) as ending_mrr,
    coalesce(t.retained_mrr, 0) as retained_mrr,
    coalesce(t.starting_customers, 0) as starting_customers,
    coalesce(t.remaining_customers, 0) as remaining_customers
from intermediate.month as m
cross join policy.revenue as p
cross join policy.revenue_retention_windows as w
join policy.revenue_set as s on m.policy_id = s.policy_id and s.conversion <> 'none'
left join total as t on m.policy_id = t.policy_id and m.month_no = t.month_no and w.value = t.window_months

-- The whole business on every day: what is paid in each currency at the rate of the day, and how many customers pay. The
-- last day of a month is what the month closes with: there each company is converted, and rounded, by itself.
with moved as (
    select policy_id, currency, day, sum(closing - opening) as step
    from marts.mrr_change_day
    group by policy_id, currency, day
),

paid_in as (
    select distinct policy_id, currency from moved
),

day as (
    select p.policy_id, p.period_no, p.period as day, p.is_complete
    from intermediate.period as p
    join policy.revenue_set as s on p.policy_id = s.policy_id
    where p.grain = 'day' and s.conversion <> 'none'
),

level as (
    select
        d.policy_id, d.day, d.period_no, c.currency,
        sum(coalesce(m.step, 0)) over (partition by d.policy_id, c.currency order by d.period_no) as native
    from day as d
    join paid_in as c on d.policy_id = c.policy_id
    left join moved as m on d.policy_id = m.policy_id and c.currency = m.currency and d.day = m.day
),

valued as (
    select
        l.policy_id, l.period_no,
        sum(
            case
                when r.rate = 1 then cast(l.native as decimal(38, 12))
                else cast(round(cast(l.native as decimal(38, 6)) * coalesce(r.rate, 0), 6) as decimal(38, 12))
            end
        ) as mrr
    from level as l
    left join intermediate.period_rate as r
        on l.policy_id = r.policy_id and r.grain = 'day' and l.period_no = r.period_no and l.currency = r.currency
    group by l.policy_id, l.period_no
),

closed as (
    select m.policy_id, m.month, sum(m.closing) as mrr
    from marts.company_month as m
    join policy.revenue_set as s on m.policy_id = s.policy_id and s.snapshot = 'last_instant'
    group by m.policy_id, m.month
),

ended as (
    select d.policy_id, d.period_no, c.mrr
    from (
        select policy_id, cast(date_trunc('month', day) as date) as month, max(period_no) as period_no
        from day
        group by policy_id, cast(date_trunc('month', day) as date)
    ) as d
    join closed as c on d.policy_id = c.policy_id and d.month = c.month
),

joined as (
    select
        policy_id, period_no,
        sum(case when is_customer then 1 else 0 end) - sum(case when was_customer then 1 else 0 end) as customer_step
    from intermediate.company_change
    where grain = 'day' and unit_id = ''
    group by policy_id, period_no
)

select
    d.policy_id, d.day, d.is_complete, p.reporting_currency as currency,
    coalesce(e.mrr, v.mrr, 0) as mrr, coalesce(e.mrr, v.mrr, 0) * 12 as arr,
    cast(sum(coalesce(j.customer_step, 0)) over (partition by d.policy_id order by d.period_no) as bigint) as customer_count
from day as d
cross join policy.revenue as p
left join valued as v on d.policy_id = v.policy_id and d.period_no = v.period_no
left join ended as e on d.policy_id = e.policy_id and d.period_no = e.period_no
left join joined as j on d.policy_id = j.policy_id and d.period_no = j.period_no

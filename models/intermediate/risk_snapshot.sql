-- One row per customer and day it is looked at (the end of each past month, and the as-of day): what was known then, and
-- what came within the horizon. `label_closed_on` is null while that may still come; nothing is learned from such a row.
-- Of very many customers the past of some is looked at: a draw that is the same each time.
with earning as (
    select
        m.company_id, m.month, cast(m.month + interval '1' month - interval '1' day as date) as month_end, m.segment, m.arr,
        m.is_customer, m.movement
    from marts.company_month as m
    join policy.revenue as p on m.policy_id = p.policy_id
),

ended as (
    select e.company_id, e.month, max(s.to_on) as ended_on
    from earning as e
    join intermediate.customer_span as s on e.company_id = s.company_id and e.month <= s.to_on and e.month_end >= s.to_on
    where e.movement = 'churn'
    group by e.company_id, e.month
),

lost as (
    -- The day of a loss is that on which the last paid days ended, else the end of the month in which nothing was paid.
    select e.company_id, coalesce(x.ended_on, least(e.month_end, r.as_of_on)) as lost_on
    from earning as e
    cross join meta.run as r
    left join ended as x on e.company_id = x.company_id and e.month = x.month
    where e.movement = 'churn'
),

grown as (
    select d.company_id, d.day as grown_on
    from marts.mrr_change_day as d
    join policy.revenue as p on d.policy_id = p.policy_id
    cross join policy.risk as k
    where d.opening > 0 and d.expansion > 0 and d.expansion >= d.opening * k.expansion_share
),

drawn as (
    select c.company_id, row_number() over (order by md5(c.company_id), c.company_id) as place
    from (select distinct company_id from intermediate.customer_span) as c
),

looked as (
    select
        h.company_id, h.day_on, h.coverage, h.score, s.from_on, s.notice_on, h.day_on = r.as_of_on as is_present,
        cast(date_trunc('month', h.day_on) as date) as month,
        cast(h.day_on + interval '1' day * cast(k.horizon_days as integer) as date) as horizon_on
    from intermediate.health_total as h
    join intermediate.customer_span as s on h.company_id = s.company_id and h.day_on >= s.from_on
        and (s.to_on is null or h.day_on < s.to_on)
    join drawn as d on h.company_id = d.company_id
    cross join meta.run as r
    cross join policy.risk as k
    where h.day_on = r.as_of_on
        or (d.place <= k.most_customers and day(h.day_on + interval '1' day) = 1)
),

next_loss as (
    select v.company_id, v.day_on, min(g.lost_on) as lost_on
    from looked as v
    join lost as g on v.company_id = g.company_id and v.day_on < g.lost_on
    group by v.company_id, v.day_on
),

next_growth as (
    select v.company_id, v.day_on, min(g.grown_on) as grown_on
    from looked as v
    join grown as g on v.company_id = g.company_id and v.day_on < g.grown_on
    group by v.company_id, v.day_on
)

select
    v.company_id, v.day_on, v.is_present, coalesce(e.segment, 'not stated') as segment, coalesce(e.arr, 0) as arr,
    coalesce(e.is_customer, false) as is_paying, v.from_on as customer_since, e.month as arr_month, v.coverage, v.score,
    case when v.notice_on <= v.day_on then v.notice_on end as notice_on, n.lost_on, w.grown_on,
    case when v.horizon_on <= r.as_of_on then v.horizon_on end as label_closed_on,
    coalesce(n.lost_on <= v.horizon_on, false) as is_lost, coalesce(w.grown_on <= v.horizon_on, false) as is_grown
from looked as v
cross join meta.run as r
left join earning as e on v.company_id = e.company_id and v.month = e.month
left join next_loss as n on v.company_id = n.company_id and v.day_on = n.day_on
left join next_growth as w on v.company_id = w.company_id and v.day_on = w.day_on

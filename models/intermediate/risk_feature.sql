-- One row per customer, day it is looked at, and thing known of it then: the points of each sign, how the score moved,
-- how long it has been a customer, what it pays. `known_on` is the day from which that was known: never a later one.
with snapshot as (
    select * from intermediate.risk_snapshot
),

looked as (
    select distinct day_on from snapshot
),

earlier_day as (
    -- The month end about a month before, and the one about three months before.
    select
        l.day_on,
        max(case when cast(e.day_on + interval '28' day as date) <= l.day_on then e.day_on end) as month_on,
        max(case when cast(e.day_on + interval '89' day as date) <= l.day_on then e.day_on end) as quarter_on
    from looked as l
    join looked as e on l.day_on > e.day_on
    group by l.day_on
),

earlier as (
    select
        s.company_id, s.day_on, cast(s.score as double) as score, cast(m.score as double) as month_score,
        cast(q.score as double) as quarter_score
    from snapshot as s
    join earlier_day as d on s.day_on = d.day_on
    left join intermediate.health_total as m on s.company_id = m.company_id and d.month_on = m.day_on
    left join intermediate.health_total as q on s.company_id = q.company_id and d.quarter_on = q.day_on
),

sign as (
    select p.company_id, s.day_on, p.factor as feature, cast(p.points as double) as value, p.day_on as known_on
    from snapshot as s
    join intermediate.health_point as p on s.company_id = p.company_id and s.day_on = p.day_on
),

moved as (
    select company_id, day_on, 'score_change_last_month' as feature, score - month_score as value, day_on as known_on
    from earlier
    union all
    select company_id, day_on, 'score_change_earlier' as feature, month_score - quarter_score as value, day_on as known_on
    from earlier
),

tenure as (
    select
        company_id, day_on, 'tenure' as feature, ln(1 + cast(date_diff('day', customer_since, day_on) as double)) as value,
        customer_since as known_on
    from snapshot
),

size as (
    select company_id, day_on, 'arr' as feature, log10(cast(arr as double)) as value, arr_month as known_on
    from snapshot
    where arr > 0
)

select company_id, day_on, feature, round(value, 6) as value, known_on from sign
union all
select company_id, day_on, feature, round(value, 6) as value, known_on from moved where value is not null
union all
select company_id, day_on, feature, round(value, 6) as value, known_on from tenure
union all
select company_id, day_on, feature, round(value, 6) as value, known_on from size

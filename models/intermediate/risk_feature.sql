-- One row per customer, day it is looked at, and thing known of it then: the points of each sign, how the score moved,
-- how long it has been a customer, what it pays. `known_on` is the day from which that was known: never a later one.
with snapshot as (
    select * from intermediate.risk_snapshot
),

earlier_day as (
    -- The month end about a month before, and the one about three months before.
    select s.day_on, d.feature, max(e.day_on) as earlier_on
    from (select distinct day_on from snapshot) as s
    join (values ('score_change_1m', 28), ('score_change_3m', 89)) as d (feature, days) on d.days > 0
    join (select distinct day_on from snapshot) as e
        on cast(e.day_on + interval '1' day * d.days as date) <= s.day_on
    group by s.day_on, d.feature
),

sign as (
    select p.company_id, s.day_on, p.factor as feature, cast(p.points as double) as value, p.day_on as known_on
    from snapshot as s
    join intermediate.health_point as p on s.company_id = p.company_id and s.day_on = p.day_on
),

moved as (
    select
        s.company_id, s.day_on, d.feature, cast(s.score as double) - cast(e.score as double) as value,
        s.day_on as known_on
    from snapshot as s
    join earlier_day as d on s.day_on = d.day_on
    join intermediate.health_total as e on s.company_id = e.company_id and d.earlier_on = e.day_on
    where s.score is not null and e.score is not null
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
select company_id, day_on, feature, round(value, 6) as value, known_on from moved
union all
select company_id, day_on, feature, round(value, 6) as value, known_on from tenure
union all
select company_id, day_on, feature, round(value, 6) as value, known_on from size

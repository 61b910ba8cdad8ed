-- Spells of `contract_time_left`: the days until all that is paid for is known to end, no more than policy's horizon.
-- What no end is known of, on that day, goes on for longer than that.
with candidate as (
    select
        company_id, known_on as from_on, coalesce(notice_on, to_on) as until_on,
        coalesce(planned_on, date '9999-12-31') as end_on
    from intermediate.paid_subscription
    union all
    select company_id, greatest(known_on, coalesce(notice_on, to_on)), cast(null as date), to_on
    from intermediate.paid_subscription
    where to_on is not null
),

edge as (
    select distinct company_id, from_on from candidate
),

stretch as (
    select company_id, from_on, lead(from_on) over (partition by company_id order by from_on) as until_on
    from edge
),

latest as (
    select s.company_id, s.from_on, s.until_on, max(c.end_on) as end_on
    from stretch as s
    join candidate as c
        on s.company_id = c.company_id and s.from_on >= c.from_on and coalesce(s.from_on < c.until_on, true)
    group by s.company_id, s.from_on, s.until_on
),

-- Up to this day there is more left than the horizon shows.
bent as (
    select
        l.*, p.contract_horizon_days as horizon,
        case when l.end_on < date '9999-12-31'
                then cast(l.end_on - interval 1 day * p.contract_horizon_days as date)
        end as bend_on
    from latest as l
    cross join policy.health as p
)

select
    company_id, from_on, least(until_on, bend_on) as to_on, cast(horizon as decimal(18, 6)) as value_at_from, 0 as per_day
from bent
where bend_on is null or bend_on > from_on
union all
select
    company_id, greatest(from_on, bend_on) as from_on, until_on as to_on,
    cast(date_diff('day', greatest(from_on, bend_on), end_on) as decimal(18, 6)) as value_at_from, -1 as per_day
from bent
where bend_on is not null and (until_on is null or until_on > bend_on)

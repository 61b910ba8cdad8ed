with reached as (
    -- Who leaps over a stage has come to it with the leap.
    select t.contact_id, s.place, s.stage, min(t.from_on) as reached_on
    from intermediate.stage_stretch as t
    join policy.path_stages as s on t.stage_no >= s.place
    cross join meta.run as r
    where t.from_on <= r.as_of_on
    group by t.contact_id, s.place, s.stage
),

step as (
    select
        a.stage as from_stage,
        n.stage as to_stage,
        cast(date_trunc('month', a.reached_on) as date) as month,
        b.reached_on is not null as has_converted,
        date_diff('day', a.reached_on, b.reached_on) as days
    from reached as a
    join policy.path_stages as n on n.place = a.place + 1
    left join reached as b on a.contact_id = b.contact_id and n.place = b.place
)

select
    month,
    from_stage,
    to_stage,
    count(*) as entered_count,
    count(*) filter (where has_converted) as converted_count,
    median(days) as median_days
from step
group by month, from_stage, to_stage

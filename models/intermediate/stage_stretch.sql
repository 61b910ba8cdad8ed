-- One row per contact and unbroken time at one stage of the value path: the furthest one that holds. Times run on into
-- what is to come without further evidence; the last one is open, in the audience.
with holding as (
    select h.contact_id, s.place, h.from_on, h.to_on
    from intermediate.stage_span as h
    join policy.path_stages as s on h.stage = s.stage
    union all
    select contact_id, 1 as place, min(occurred_on) as from_on, date '9999-12-31' as to_on
    from intermediate.evidence
    group by contact_id
),

edge as (
    select contact_id, from_on as on_day from holding
    union
    select contact_id, to_on as on_day from holding
),

stretch as (
    select contact_id, on_day as from_on, lead(on_day) over (partition by contact_id order by on_day) as to_on
    from edge
),

placed as (
    select t.contact_id, t.from_on, t.to_on, max(h.place) as place
    from stretch as t
    join holding as h on t.contact_id = h.contact_id and t.from_on >= h.from_on and t.to_on <= h.to_on
    where t.to_on is not null
    group by t.contact_id, t.from_on, t.to_on
),

marked as (
    select *, coalesce(lag(place) over (partition by contact_id order by from_on) <> place, true) as is_new
    from placed
),

numbered as (
    select *, sum(cast(is_new as integer)) over (partition by contact_id order by from_on) as nth
    from marked
)

select
    n.contact_id,
    n.nth,
    min(n.from_on) as from_on,
    nullif(max(n.to_on), date '9999-12-31') as to_on,
    n.place as stage_no,
    s.stage
from numbered as n
join policy.path_stages as s on n.place = s.place
group by n.contact_id, n.nth, n.place, s.stage

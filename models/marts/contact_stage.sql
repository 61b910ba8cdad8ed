with now_at as (
    select t.*
    from intermediate.stage_stretch as t
    cross join meta.run as r
    where t.from_on <= r.as_of_on and (t.to_on is null or t.to_on > r.as_of_on)
),

past as (
    select t.contact_id, max(t.stage_no) as furthest_stage_no
    from intermediate.stage_stretch as t
    cross join meta.run as r
    where t.from_on <= r.as_of_on
    group by t.contact_id
),

first_at as (
    select contact_id, stage_no, min(from_on) as from_on
    from intermediate.stage_stretch
    group by contact_id, stage_no
),

engaged as (
    select
        contact_id,
        count(*) as evidence_count,
        max(occurred_on) as last_evidence_on,
        count(distinct floor(date_diff('day', date '1900-01-01', occurred_on) / 7.0)) as weeks_engaged
    from intermediate.evidence
    group by contact_id
)

select
    n.contact_id,
    m.company_id,
    n.stage,
    n.stage_no,
    n.from_on as since_on,
    date_diff('day', n.from_on, r.as_of_on + 1) as days_held,
    f.from_on as first_reached_on,
    s.stage as furthest_stage,
    p.furthest_stage_no,
    e.weeks_engaged,
    e.evidence_count,
    e.last_evidence_on,
    n.to_on as would_fall_on,
    x.next_step
from now_at as n
cross join meta.run as r
join past as p on n.contact_id = p.contact_id
join first_at as f on n.contact_id = f.contact_id and n.stage_no = f.stage_no
join engaged as e on n.contact_id = e.contact_id
join policy.path_stages as s on p.furthest_stage_no = s.place
join policy.path_stages as x on n.stage_no = x.place
left join intermediate.main_company as m
    on n.contact_id = m.contact_id
    and r.as_of_on >= coalesce(m.from_on, date '0001-01-01')
    and r.as_of_on < coalesce(m.to_on, date '9999-12-31')

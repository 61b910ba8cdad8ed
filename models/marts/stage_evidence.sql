with held as (
    -- The days of a time at a stage on which a rule of that stage held.
    select
        t.contact_id, t.from_on, t.stage, h.rule,
        greatest(t.from_on, h.from_on) as held_from_on,
        least(t.to_on, h.to_on, r.as_of_on + 1) as held_to_on
    from intermediate.stage_stretch as t
    join intermediate.stage_span as h
        on t.contact_id = h.contact_id
        and t.stage = h.stage
        and t.from_on < h.to_on
        and coalesce(t.to_on, date '9999-12-31') > h.from_on
    cross join meta.run as r
    where t.from_on <= r.as_of_on
),

first_known as (
    select contact_id, kind, object, object_id, occurred_on, strength
    from intermediate.evidence
    qualify row_number() over (partition by contact_id order by occurred_at, kind, object, object_id) = 1
)

select distinct
    h.contact_id, h.from_on, h.rule, e.object, e.object_id, e.kind, h.stage, e.occurred_on,
    e.from_on as counts_from_on, e.to_on as counts_to_on, e.strength
from held as h
join intermediate.rule_evidence as e
    on h.contact_id = e.contact_id and h.rule = e.rule and h.held_from_on < e.to_on and h.held_to_on > e.from_on
union all
select
    t.contact_id, t.from_on, 'audience' as rule, f.object, f.object_id, f.kind, t.stage, f.occurred_on,
    f.occurred_on as counts_from_on, cast(null as date) as counts_to_on, f.strength
from intermediate.stage_stretch as t
join first_known as f on t.contact_id = f.contact_id
cross join meta.run as r
where t.stage_no = 1 and t.from_on <= r.as_of_on

with rule_held as (
    select distinct contact_id, from_on, rule
    from marts.stage_evidence
),

told as (
    select contact_id, from_on, string_agg(rule, ', ' order by rule) as rules
    from rule_held
    group by contact_id, from_on
),

-- One thing may count for several rules.
proof as (
    select distinct contact_id, from_on, kind, object, object_id
    from marts.stage_evidence
),

counted as (
    select contact_id, from_on, count(*) as evidence_count
    from proof
    group by contact_id, from_on
),

spell as (
    select
        t.*,
        lag(t.stage_no) over (partition by t.contact_id order by t.from_on) as stage_no_before
    from intermediate.stage_stretch as t
)

select
    s.contact_id,
    s.from_on,
    case when s.to_on <= r.as_of_on then s.to_on end as to_on,
    s.stage,
    s.stage_no,
    m.company_id,
    case
        when s.stage_no_before is null then 'first'
        when s.stage_no > s.stage_no_before then 'forward'
        else 'back'
    end as direction,
    d.rules,
    date_diff('day', s.from_on, least(s.to_on, r.as_of_on + 1)) as days_held,
    n.evidence_count
from spell as s
join told as d on s.contact_id = d.contact_id and s.from_on = d.from_on
join counted as n on s.contact_id = n.contact_id and s.from_on = n.from_on
cross join meta.run as r
left join intermediate.main_company as m
    on s.contact_id = m.contact_id
    and s.from_on >= coalesce(m.from_on, date '0001-01-01')
    and s.from_on < coalesce(m.to_on, date '9999-12-31')
where s.from_on <= r.as_of_on

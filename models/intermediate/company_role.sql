-- One row per company with people now: how many of them we were in touch with in policy's days, which parts in buying they
-- play, and of the wanted parts which are covered by somebody in touch and which are not.
with touched as (
    select distinct t.contact_id
    from intermediate.contact_reached as t
    cross join meta.run as r
    cross join policy.relationship as p
    where date_diff('day', cast(t.happened_at as date), r.as_of_on) <= p.cover_days
),

person as (
    select m.company_id, m.contact_id, nullif(c.decision_role, 'unknown') as role, t.contact_id is not null as is_touched
    from intermediate.main_company as m
    join objects.contact as c on m.contact_id = c.contact_id
    cross join meta.run as r
    left join touched as t on m.contact_id = t.contact_id
    where r.as_of_on >= coalesce(m.from_on, date '0001-01-01')
        and r.as_of_on < coalesce(m.to_on, date '9999-12-31')
        and c.source_deleted_at is null
),

counted as (
    select company_id, count(*) as people, count(*) filter (where is_touched) as people_touched
    from person
    group by company_id
),

played as (
    select company_id, role, bool_or(is_touched) as is_covered
    from person
    where role is not null
    group by company_id, role
),

known as (
    select company_id, string_agg(role, ', ' order by role) as roles_known
    from played
    group by company_id
),

wanted as (
    select
        c.company_id,
        string_agg(w.value, ', ' order by w.value) filter (where coalesce(p.is_covered, false)) as roles_covered,
        string_agg(w.value, ', ' order by w.value) filter (where not coalesce(p.is_covered, false)) as roles_missing
    from counted as c
    cross join policy.relationship_wanted_roles as w
    left join played as p on c.company_id = p.company_id and w.value = p.role
    group by c.company_id
)

select c.company_id, c.people, c.people_touched, k.roles_known, w.roles_covered, w.roles_missing
from counted as c
left join known as k on c.company_id = k.company_id
left join wanted as w on c.company_id = w.company_id

-- What matters most: champions who went elsewhere, and those who are gone or out of reach without anybody knowing where to.
with gone as (
    select l.from_company_id as company_id, l.contact_id, l.contact_name as name, l.changed_on, l.to_company_name
    from marts.job_change as l
    where l.has_left and l.was_champion
),

away as (
    select c.company_id, c.contact_id, c.name, c.from_on
    from intermediate.champion_spell as c
    cross join meta.run as r
    where c.has_left and c.from_on <= r.as_of_on and coalesce(c.to_on > r.as_of_on, true)
),

missed as (
    select a.*
    from away as a
    left join gone as g on a.company_id = g.company_id and a.contact_id = g.contact_id
    where g.contact_id is null
),

found as (
    select
        company_id, contact_id, changed_on as occurred_on,
        'Their champion ' || name || ' left on ' || strftime(changed_on, '%-d %b %Y')
        || coalesce(' and is at ' || to_company_name || ' now', '') || '.' as sentence
    from gone
    union all
    select
        company_id, contact_id, from_on,
        'Their champion ' || name || ' is gone or out of reach since ' || strftime(from_on, '%-d %b %Y') || '.'
    from missed
)

select
    'company' as subject_type, f.company_id as subject_id, 'first' as section, 25 as rank, f.sentence, f.occurred_on,
    'contact' as object, f.contact_id as object_id
from found as f
join intermediate.brief_subject as s on f.company_id = s.subject_id and s.subject_type = 'company'
cross join meta.run as r
cross join policy.brief as p
where date_diff('day', f.occurred_on, r.as_of_on) <= p.brief_days

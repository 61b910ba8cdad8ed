-- Who is who: a company's people, those last in touch first, and whom we should know there and do not.
with last_touch as (
    select subject_id as contact_id, max(last_at) as last_at
    from marts.touch_channel
    where subject_type = 'contact' and last_at is not null
    group by subject_id
),

member as (
    select
        b.company_id, p.contact_id, p.name, f.job_title, nullif(p.decision_role, 'unknown') as decision_role, t.last_at,
        row_number() over (partition by b.company_id order by t.last_at desc nulls last, p.name asc,
            p.contact_id asc) as place,
        count(*) over (partition by b.company_id) as people
    from intermediate.brief_subject as b
    join objects.contact as p on b.subject_id = p.contact_id
    join intermediate.contact_facet as f on p.contact_id = f.contact_id
    left join last_touch as t on p.contact_id = t.contact_id
    where b.subject_type = 'contact' and b.company_id is not null
),

thin as (
    select
        r.company_id,
        'We are in touch with only '
        || case when r.people_touched = 1 then 'one person' else r.people_touched || ' people' end
        || ' there.' as sentence,
        20 as rank
    from marts.relationship as r
    where r.is_single_threaded
    union all
    select
        r.company_id,
        'In the last ' || p.cover_days || ' days we were in touch with nobody known as '
        || replace(regexp_replace(r.roles_missing, ', ([^,]+)$', ' or \1'), '_', ' ') || '.' as sentence,
        30 as rank
    from marts.relationship as r
    join intermediate.company_status as c on r.company_id = c.company_id
    cross join policy.relationship as p
    where r.roles_missing is not null and c.customer_status in ('customer', 'canceled')
),

found as (
    select
        m.company_id, 'people' as section, m.place as rank,
        m.name || coalesce(', ' || m.job_title, '') || coalesce(', ' || replace(m.decision_role, '_', ' '), '')
        || coalesce('; last in touch on ' || strftime(m.last_at, '%-d %b %Y'), '; never in touch yet')
        || '.' as sentence,
        cast(m.last_at as date) as occurred_on, m.contact_id
    from member as m
    cross join policy.brief as p
    where m.place <= p.people
    union all
    select
        m.company_id, 'people', 1000,
        'And ' || (m.people - p.people) || ' more '
        || case when m.people - p.people = 1 then 'person.' else 'people.' end,
        null, m.contact_id
    from member as m
    cross join policy.brief as p
    where m.place > p.people
    union all
    select t.company_id, 'touch', t.rank, t.sentence, null, m.contact_id
    from thin as t
    join member as m on t.company_id = m.company_id
)

select
    'company' as subject_type, f.company_id as subject_id, f.section, f.rank, f.sentence, f.occurred_on,
    'contact' as object, f.contact_id as object_id
from found as f
join intermediate.brief_subject as s on f.company_id = s.subject_id and s.subject_type = 'company'

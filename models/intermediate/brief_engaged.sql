-- How engaged they are: in how many weeks something came from them, and what they did last that tells most. A week's
-- source is its first piece of evidence.
with whose as (
    select 'contact' as subject_type, e.contact_id as subject_id, e.*
    from intermediate.evidence as e
    union all
    select 'company' as subject_type, e.company_id as subject_id, e.*
    from intermediate.evidence as e
    where e.company_id is not null
),

known as (
    select e.*, d.name as who
    from whose as e
    join intermediate.brief_subject as s on e.subject_type = s.subject_type and e.subject_id = s.subject_id
    join objects.contact as d on e.contact_id = d.contact_id
),

weekly as (
    select
        subject_type, subject_id, min(occurred_on) as first_on, max(occurred_on) as last_on,
        arg_min(object, (occurred_at, object, object_id)) as object,
        arg_min(object_id, (occurred_at, object, object_id)) as object_id
    from known
    group by subject_type, subject_id, floor(date_diff('day', date '1900-01-01', occurred_on) / 7.0)
),

engaged as (
    select
        *,
        count(*) over (partition by subject_type, subject_id) as weeks,
        min(first_on) over (partition by subject_type, subject_id) as since_on,
        max(last_on) over (partition by subject_type, subject_id) as until_on
    from weekly
),

acted as (
    select
        k.subject_type, k.subject_id, k.who, k.occurred_on, k.object, k.object_id,
        replace(a.words, '{title}', coalesce(g.title, g.topic, 'something')) as words
    from known as k
    join objects.signal as g on k.object = 'signal' and k.object_id = g.signal_id
    join policy.brief_acts as a on g.signal_type = a.signal_type
    cross join meta.run as r
    cross join policy.brief as p
    where date_diff('day', k.occurred_on, r.as_of_on) <= p.brief_days
    qualify row_number() over (
        partition by k.subject_type, k.subject_id, a.words order by k.occurred_at desc, k.object_id desc
    ) = 1
),

newest as (
    select *, row_number() over (partition by subject_type, subject_id order by occurred_on desc,
        object_id desc) as place
    from acted
)

select
    subject_type, subject_id, 'path' as section, 20 as rank,
    'Engaged in ' || weeks || case when weeks = 1 then ' week' else ' weeks' end || ' since '
    || strftime(since_on, '%-d %b %Y')
    || case when weeks = 1 then '.' else ', last on ' || strftime(until_on, '%-d %b %Y') || '.' end as sentence,
    until_on as occurred_on, object, object_id
from engaged
union all
select
    n.subject_type, n.subject_id, 'path', 40,
    n.who || ' ' || n.words || ' on ' || strftime(n.occurred_on, '%-d %b %Y') || '.', n.occurred_on, n.object,
    n.object_id
from newest as n
cross join policy.brief as p
where n.place <= p.list_lines

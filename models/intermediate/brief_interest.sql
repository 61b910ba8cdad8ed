-- What they are interested in, with what showed it. The kind of help somebody asked for is no interest.
with shown as (
    select 'contact' as subject_type, contact_id as subject_id, lower(trim(topic)) as topic, object, object_id
    from intermediate.evidence
    where trim(topic) <> '' and kind <> 'ticket'
    union
    select 'company' as subject_type, company_id as subject_id, lower(trim(topic)) as topic, object, object_id
    from intermediate.evidence
    where trim(topic) <> '' and kind <> 'ticket' and company_id is not null
),

topic as (
    select distinct i.subject_type, i.subject_id, i.topic, i.trend, i.intensity, i.last_on
    from marts.interest as i
    join intermediate.brief_subject as s on i.subject_type = s.subject_type and i.subject_id = s.subject_id
    join shown as e on i.subject_type = e.subject_type and i.subject_id = e.subject_id and i.topic = e.topic
    where i.trend <> 'past'
),

placed as (
    select *, row_number() over (partition by subject_type, subject_id order by intensity desc, topic asc) as place
    from topic
),

strongest as (
    select t.*
    from placed as t
    cross join policy.brief as p
    where t.place <= p.topics
),

listed as (
    select
        subject_type, subject_id, max(last_on) as last_on,
        'Interested in ' || string_agg(
            replace(topic, '_', ' ') || case when trend = 'steady' then '' else ' (' || trend || ')' end,
            ', ' order by place
        ) || '.' as sentence
    from strongest
    group by subject_type, subject_id
)

select l.subject_type, l.subject_id, 'path' as section, 30 as rank, l.sentence, l.last_on as occurred_on, e.object,
    e.object_id
from listed as l
join strongest as t on l.subject_type = t.subject_type and l.subject_id = t.subject_id
join shown as e on t.subject_type = e.subject_type and t.subject_id = e.subject_id and t.topic = e.topic

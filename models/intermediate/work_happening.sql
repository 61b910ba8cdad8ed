-- What was done: appointments, notes, signals, survey answers, services with what they handed over, and issues.
select
    a.company_id,
    m.contact_id,
    a.starts_at as happened_at,
    case when a.pipeline_stage = 'canceled' then 'meeting_canceled' else 'meeting' end as kind,
    a.title,
    'appointment' as object,
    a.appointment_id as object_id
from objects.appointment as a
left join intermediate.meeting_contact as m on a.appointment_id = m.appointment_id
where a.source_deleted_at is null
union all
select
    company_id, contact_id, noted_at as happened_at, 'note' as kind, coalesce(title, substring(body, 1, 120)) as title,
    'note' as object, note_id as object_id
from objects.note
where source_deleted_at is null
union all
select
    company_id, contact_id, occurred_at as happened_at, signal_type as kind,
    coalesce(title, topic, url, replace(signal_type, '_', ' ')) as title,
    'signal' as object, signal_id as object_id
from objects.signal
where source_deleted_at is null
union all
select
    company_id, contact_id, answered_at as happened_at, survey_type || '_answer' as kind,
    upper(survey_type) || ' ' || cast(cast(score as double) as varchar) || ' of '
        || cast(cast(scale_max as double) as varchar)
    || coalesce(': ' || comment, '') as title,
    'survey_response' as object, survey_response_id as object_id
from objects.survey_response
where source_deleted_at is null
union all
select
    s.company_id, cast(null as varchar) as contact_id, cast(s.starts_on as timestamp) as happened_at,
    'service_started' as kind, s.name as title, 'service' as object, s.service_id as object_id
from objects.service as s
where s.starts_on is not null and s.source_deleted_at is null
union all
select
    s.company_id, cast(null as varchar) as contact_id, cast(s.completed_on as timestamp) as happened_at,
    'service_completed' as kind, s.name as title, 'service' as object, s.service_id as object_id
from objects.service as s
where s.completed_on is not null and s.source_deleted_at is null
union all
select
    s.company_id, cast(null as varchar) as contact_id, cast(d.delivered_on as timestamp) as happened_at,
    'deliverable_delivered' as kind, s.name || ': ' || d.name as title,
    'deliverable' as object, d.deliverable_id as object_id
from objects.deliverable as d
join objects.service as s on d.service_id = s.service_id
where d.delivered_on is not null and d.source_deleted_at is null
union all
select
    coalesce(s.company_id, p.company_id) as company_id, cast(null as varchar) as contact_id,
    cast(m.reached_on as timestamp) as happened_at, 'milestone_reached' as kind, m.name as title,
    'milestone' as object, m.milestone_id as object_id
from objects.milestone as m
left join objects.service as s on m.service_id = s.service_id
left join objects.project as p on m.project_id = p.project_id
where m.reached_on is not null and m.source_deleted_at is null

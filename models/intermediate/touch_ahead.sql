-- One row per thing ahead or due with a company or a person, and whom it is with: meetings, tasks and e-mails of workflows.
-- What is late is still to come.
with ahead as (
    select a.appointment_id, a.company_id, a.starts_at
    from objects.appointment as a
    cross join meta.run as r
    where a.starts_at > r.as_of and coalesce(a.pipeline_stage, 'preparation') <> 'canceled' and a.source_deleted_at is null
),

-- One among ourselves is no touch.
outside as (
    select distinct appointment_id, contact_id
    from objects.appointment_attendee
    where contact_id is not null and coalesce(response, 'none') <> 'declined' and source_deleted_at is null
),

due as (
    select
        work_id as object_id, case kind when 'task' then 'task' else 'workflow_email' end as object, kind as channel,
        company_id, contact_id, cast(due_on as timestamp) as due_at
    from marts.work_due
    where due_on is not null
)

select distinct
    'company' as subject_type, a.company_id as subject_id, 'meeting' as channel, a.starts_at as next_at,
    'appointment' as object, a.appointment_id as object_id
from ahead as a
join outside as o on a.appointment_id = o.appointment_id
where a.company_id is not null
union all
select
    'contact' as subject_type, o.contact_id as subject_id, 'meeting' as channel, a.starts_at as next_at,
    'appointment' as object, a.appointment_id as object_id
from ahead as a
join outside as o on a.appointment_id = o.appointment_id
union all
select 'company' as subject_type, company_id as subject_id, channel, due_at as next_at, object, object_id
from due
where company_id is not null
union all
select 'contact' as subject_type, contact_id as subject_id, channel, due_at as next_at, object, object_id
from due
where contact_id is not null

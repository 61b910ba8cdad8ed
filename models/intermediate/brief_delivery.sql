-- How far what we deliver is: each service that runs or is paused, else the one completed last.
with service as (
    select
        s.service_id, s.company_id, s.name, s.state, s.sentence, s.completed_on,
        case when s.status <> 'complete' then 0 else 1 end as is_done,
        coalesce(s.completed_on, s.due_on, s.starts_on) as told_on
    from marts.service_progress as s
    join intermediate.brief_subject as b on s.company_id = b.subject_id and b.subject_type = 'company'
),

chosen as (
    select *
    from service
    qualify is_done = 0 or row_number() over (
        partition by company_id order by is_done asc, completed_on desc nulls last, service_id asc
    ) = 1
),

part as (
    select service_id, 'service' as object, service_id as object_id from objects.service where source_deleted_at is null
    union all
    select service_id, 'deliverable' as object, deliverable_id as object_id
    from objects.deliverable
    where source_deleted_at is null
    union all
    select service_id, 'milestone' as object, milestone_id as object_id
        from objects.milestone where source_deleted_at is null
)

select
    'company' as subject_type, c.company_id as subject_id, 'delivery' as section,
    case when c.is_done = 1 then 20 else 10 end as rank,
    c.name || ': ' || c.sentence || '.' as sentence,
    c.told_on as occurred_on, p.object, p.object_id
from chosen as c
join part as p on c.service_id = p.service_id

with work as (
    select
        task_id as work_id, 'task' as kind, company_id, description, details, status, priority, due_on, owner_id,
        owner_group,
        workflow_run_id, source_system
    from objects.task
    where status not in ('done', 'ignored') and source_deleted_at is null
    union all by name
    select
        workflow_email_id as work_id, 'email' as kind, company_id, contact_id, subject as description, body as details,
        'to_do' as status, due_on, sender_id as owner_id, workflow_run_id, source_system
    from objects.workflow_email
    where status = 'due' and source_deleted_at is null
),

about as (
    select task_id, min(contact_id) as contact_id
    from objects.task_link
    where contact_id is not null and source_deleted_at is null
    group by task_id
    having count(distinct contact_id) = 1
)

select
    w.work_id, w.kind, w.description, w.details, w.status, w.priority, w.due_on,
    greatest(date_diff('day', w.due_on, r.as_of_on), 0) as days_late,
    w.company_id, c.name as company_name,
    coalesce(w.contact_id, a.contact_id) as contact_id, p.name as contact_name,
    w.owner_id, m.name as owner_name, m.email as owner_email, w.owner_group,
    t.name as workflow, w.source_system
from work as w
cross join meta.run as r
left join about as a on w.work_id = a.task_id
left join objects.company as c on w.company_id = c.company_id
left join objects.contact as p on coalesce(w.contact_id, a.contact_id) = p.contact_id
left join objects.team_member as m on w.owner_id = m.team_member_id
left join objects.workflow_run as n on w.workflow_run_id = n.workflow_run_id
left join objects.workflow_template as t on n.workflow_template_id = t.workflow_template_id

-- E-mails as sent, and those that steps of the workspace's own workflows say are due.
select * from sourced
union all by name
select
    w.work_id as workflow_email_id, w.workflow_run_id, 'workspace:' || w.template || ':' || w.step as workflow_step_id,
    w.company_id, w.contact_id, w.owner_id as sender_id, w.name as subject, w.text as body, w.due_on,
    case w.status when 'done' then 'sent' when 'ignored' then 'canceled' else 'due' end as status,
    cast(w.done_on as timestamp) as sent_at,
    'workspace' as source_system, w.work_id as source_record_id, w.loaded_at, 'workflows_run' as derived_by
from behaviour.workflow_work as w
where w.type = 'email'

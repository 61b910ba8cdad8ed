-- Tasks as sent, and those that steps of the workspace's own workflows ask for.
select * from behaviour.placed_task
union all by name
select
    w.work_id as task_id, w.company_id, w.name as description, w.text as details, 'workflow' as task_type, w.status,
    w.made_on as starts_on, w.due_on, cast(w.done_on as timestamp) as completed_at, w.owner_id,
    'workspace:' || w.template || ':' || w.step as workflow_step_id, w.workflow_run_id,
    cast(w.made_on as timestamp) as created_at,
    'workspace' as source_system, w.work_id as source_record_id, w.loaded_at, 'workflows_run' as derived_by
from behaviour.workflow_work as w
where w.type = 'task'

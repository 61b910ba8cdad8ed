-- Steps as sent, and those of the workspace's own file.
select * from sourced
union all by name
select
    'workspace:' || s.template || ':' || s.id as workflow_step_id,
    'workspace:' || s.template as workflow_template_id,
    'workspace:' || s.template || ':' || s."group" as workflow_group_id,
    s.position, s.name, s.type as step_type, s.text as description, s.days as offset_days,
    'workspace:' || s.template || ':' || s.after as depends_on_id,
    s.only_if as entry_condition, s.assignee,
    'workspace' as source_system, s.template || ':' || s.id as source_record_id, r.as_of as loaded_at,
    'workflows_run' as derived_by
from policy.workflow_step as s
cross join policy.behaviour as b
cross join meta.run as r
where b.workflows_run

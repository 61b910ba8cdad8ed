-- Templates as sent, and those of the workspace's own file.
select * from sourced
union all by name
select
    'workspace:' || t.id as workflow_template_id, t.name, t.description, t.subject as subject_type,
    t.starts_when as entry_condition, t.ends_when as exit_condition, t.is_active,
    'workspace' as source_system, t.id as source_record_id, r.as_of as loaded_at, 'workflows_run' as derived_by
from policy.workflow_template as t
cross join policy.behaviour as b
cross join meta.run as r
where b.workflows_run

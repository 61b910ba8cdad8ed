-- Links as sent, and the companies and contacts that tasks of workflows are about.
with about as (
    select work_id || ':company' as task_link_id, work_id as task_id, company_id,
        cast(null as varchar) as contact_id, loaded_at
    from behaviour.workflow_work
    where type = 'task' and company_id is not null
    union all
    select work_id || ':contact' as task_link_id, work_id as task_id, cast(null as varchar) as company_id,
        contact_id, loaded_at
    from behaviour.workflow_work
    where type = 'task' and contact_id is not null
)

select * from sourced
union all by name
select
    a.task_link_id, a.task_id, a.company_id, a.contact_id,
    'workspace' as source_system, a.task_link_id as source_record_id, a.loaded_at, 'workflows_run' as derived_by
from about as a

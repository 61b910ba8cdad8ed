-- Groups as sent, and those named in the workspace's own file.
with named as (
    select template, "group", min(position) as first_position
    from policy.workflow_step
    where "group" is not null
    group by template, "group"
)

select * from sourced
union all by name
select
    'workspace:' || n.template || ':' || n."group" as workflow_group_id,
    'workspace:' || n.template as workflow_template_id,
    n."group" as name,
    row_number() over (partition by n.template order by n.first_position) as position,
    'workspace' as source_system, n.template || ':' || n."group" as source_record_id, r.as_of as loaded_at,
    'workflows_run' as derived_by
from named as n
cross join policy.behaviour as b
cross join meta.run as r
where b.workflows_run

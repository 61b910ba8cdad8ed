-- Tasks that are done, as conversations: those of the sources, and what people settled of the workspace's own workflows.
with done as (
    select
        task_id, company_id, cast(null as varchar) as contact_id, lower(task_type) as task_type, description, details,
        completed_at, owner_id, source_system, source_record_id, created_at, updated_at, loaded_at
    from behaviour.placed_task
    where status = 'done' and completed_at is not null and source_deleted_at is null
    union all by name
    select
        d.task_id, d.company_id, d.contact_id, d.task_type, d.description, d.comment as details,
        cast(d.done_on as timestamp) as completed_at, coalesce(m.team_member_id, c.owner_id) as owner_id,
        'workspace' as source_system, d.task_id as source_record_id, r.as_of as loaded_at
    from ledger.task_done as d
    join policy.workflow_step as p on d.template = p.template and d.step = p.id
    cross join policy.behaviour as b
    cross join meta.run as r
    left join objects.team_member as m on lower(d.done_by) = m.email
    left join objects.company as c on d.company_id = c.company_id
    where b.workflows_run and d.status = 'done' and d.done_on <= r.as_of_on
)

select
    'task:' || t.task_id as conversation_id, t.task_id, t.company_id, t.contact_id,
    case when t.task_type in ('email', 'call', 'meeting', 'chat', 'note') then t.task_type else 'task' end
        as conversation_type,
    t.description as subject, t.details as body, t.completed_at as started_at, t.completed_at as ended_at,
    'out' as direction, false as is_open, t.owner_id as team_member_id,
    t.source_system, t.source_record_id, t.created_at, t.updated_at, t.loaded_at,
    'done_task_is_conversation' as derived_by
from done as t
cross join policy.behaviour as b
where b.done_task_is_conversation

-- Tasks that are done, as conversations.
select
    'task:' || t.task_id as conversation_id, t.task_id, t.company_id,
    case when lower(t.task_type) in ('email', 'call', 'meeting', 'chat', 'note') then lower(t.task_type) else 'task' end
        as conversation_type,
    t.description as subject, t.details as body, t.completed_at as started_at, t.completed_at as ended_at,
    'out' as direction, false as is_open, t.owner_id as team_member_id,
    t.source_system, t.source_record_id, t.created_at, t.updated_at, t.loaded_at,
    'done_task_is_conversation' as derived_by
from objects.task as t
cross join policy.behaviour as b
where b.done_task_is_conversation
    and t.status = 'done' and t.completed_at is not null and t.source_deleted_at is null

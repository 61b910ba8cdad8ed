with activity as (
    select
        t.*,
        lower(t.is_closed) in ('true', '1') or lower(t.status) = 'completed' as is_done,
        regexp_replace(lower(t.status), '[^a-z]', '', 'g') as status_word,
        case
            when lower(coalesce(t.task_subtype, t.type)) in ('call', 'email', 'listemail')
                then 'talk'
            else 'task'
        end as kind
    from raw_salesforce.tasks__latest as t
)
select
    t._row_id,
    t._loaded_at,
    t.custom,
    t.id as source_record_id,
    coalesce(t.account_id, case when t.what_id like '001%' then t.what_id end) as company_id,
    coalesce(nullif(trim(t.subject), ''), t.type, '(no subject)') as description,
    t.description as details,
    lower(coalesce(t.type, t.task_subtype)) as task_type,
    case
        when t.is_done then 'done'
        when t.status_word in ('notstarted', 'open', 'new', 'todo') then 'to_do'
        when t.status_word in ('inprogress', 'working') then 'in_progress'
        when t.status_word in ('waitingonsomeoneelse', 'waitingoncustomer', 'pending') then 'pending_customer'
        when t.status_word = 'blocked' then 'blocked'
        when t.status_word in ('deferred', 'canceled', 'cancelled') then 'ignored'
        -- a status of the workspace's own: the flag says at least that it is not done
        when lower(t.is_closed) in ('false', '0') then 'to_do'
        else t.status
    end as status,
    case lower(t.priority) when 'medium' then 'normal' when 'highest' then 'urgent' else lower(t.priority) end
        as priority,
    t.activity_date as due_on,
    -- older tasks do not know when they were done
    case when t.is_done then coalesce(t.completed_date_time, t.activity_date) end as completed_at,
    case when t.owner_id like '005%' then t.owner_id end as owner_id,
    g.name as owner_group,
    case when t.what_id like '006%' then t.what_id end as opportunity_id,
    case when t.what_id like '500%' then t.what_id end as ticket_id,
    t.created_date as created_at,
    coalesce(t.system_modstamp, t.last_modified_date) as updated_at,
    case
        when lower(t.is_deleted) in ('true', '1')
            then coalesce(t.system_modstamp, t.last_modified_date, cast(t._loaded_at as varchar))
    end as source_deleted_at
from activity as t
left join raw_salesforce.groups__latest as g on t.owner_id = g.id
-- a call or e-mail that is over is a conversation
where t.kind = 'task' or not t.is_done

with member as (
    select w.word, min(u.id) as id
    from
        raw_planhat.users__latest as u,
        unnest([u.id, lower(trim(u.nick_name)), lower(trim(concat_ws(' ', u.first_name, u.last_name)))]) as w (word)
    group by w.word
    having count(distinct u.id) = 1
),
named as (
    select lower(trim(c.name)) as name, min(c.id) as id
    from raw_planhat.companies__latest as c
    group by all
    having count(*) = 1
),
planned as (
    -- tasks of the main type "event" are meetings
    select
        t.*, lower(trim(t.priority)) as urgency, regexp_replace(lower(t.status), '[^a-z]', '', 'g') as word,
        coalesce(t.owner_id, trim(t.owner_name)) as owner_word,
        trim(regexp_replace(regexp_replace(t.description, '<(br|/p|/li|/div)[^>]*>', chr(10), 'g'), '<[^>]*>', '', 'g'),
            chr(10) || ' ') as text
    from raw_planhat.tasks__latest as t
    where coalesce(lower(t.main_type), 'task') <> 'event'
)
select
    p._row_id,
    p._loaded_at,
    nullif(json_merge_patch(coalesce(p.custom, '{}'), coalesce(try_cast(p.custom_fields as json), '{}')), '{}') as custom,
    p.id as source_record_id,
    coalesce(p.company_id, n.id) as company_id,
    coalesce(nullif(trim(p.action), ''), nullif(p.text, ''), '(no title)') as description,
    nullif(p.text, '') as details,
    p.type as task_type,
    -- what is done is archived
    case
        when p.word is null or p.word = '' then
            case when p.date_done is not null or lower(p.is_archived) = 'true' then 'done' else 'to_do' end
        when p.word in ('todo', 'notstarted', 'open', 'new', 'planned') then 'to_do'
        when p.word = 'inprogress' then 'in_progress'
        when p.word in ('pendingcustomer', 'waitingforcustomer') then 'pending_customer'
        when p.word in ('done', 'completed', 'complete') then 'done'
        when p.word in ('ignored', 'skipped', 'canceled', 'cancelled') then 'ignored'
        when p.word = 'blocked' then 'blocked'
        else p.status
    end as status,
    case p.urgency when 'medium' then 'normal' when 'critical' then 'urgent' else p.urgency end as priority,
    case when coalesce(p.due_date, p.end_time) is not null then p.start_time end as starts_on,
    coalesce(p.due_date, p.end_time, p.start_time) as due_on,
    p.date_done as completed_at,
    coalesce(m.id, p.owner_word) as owner_id,
    p.opportunity_id,
    nullif(p.checklist, '[]') as checklist,
    p.workflow_id as workflow_run_id,
    coalesce(p.created_at, p.create_date) as created_at,
    p.updated_at
from planned as p
left join member as m on lower(p.owner_word) = m.word
left join named as n on lower(trim(p.company_name)) = n.name

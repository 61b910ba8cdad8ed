with told as (
    select
        i.*, try_cast(i.custom_fields as json) as own, regexp_replace(lower(i.status), '[^a-z]', '', 'g') as word,
        trim(regexp_replace(regexp_replace(i.description, '<(br|/p|/li|/div)[^>]*>', chr(10), 'g'), '<[^>]*>', '', 'g'),
            chr(10) || ' ') as text
    from raw_planhat.issues__latest as i
)
select
    t._row_id,
    t._loaded_at,
    nullif(json_merge_patch(coalesce(t.custom, '{}'), coalesce(t.own, '{}')), '{}') as custom,
    t.id as source_record_id,
    lower(t.source) || ':' || t.source_id as external_id,
    t.title,
    nullif(t.text, '') as description,
    t.status,
    case
        when t.word in ('done', 'closed', 'resolved', 'released', 'completed', 'shipped', 'fixed', 'wontdo') then 'done'
        when t.word in ('inprogress', 'indevelopment', 'inreview', 'intesting', 'started') then 'in_progress'
        when t.word in ('todo', 'open', 'new', 'backlog', 'planned', 'reported', 'selectedfordevelopment') then 'to_do'
        when lower(t.archived) = 'true' then 'done'
    end as status_category,
    coalesce(t.own ->> '$.Key', t.source_id) as tracker_key,
    t.source_url as tracker_url,
    coalesce(t.type, t.own ->> '$.Type') as issue_type,
    t.priority,
    nullif(coalesce(array_to_string(try_cast(try_cast(t.tags as json) as varchar[]), ';'), replace(t.tags, ', ', ';')), '')
        as labels,
    t.assignee_id,
    t.due_date as due_on,
    t.resolved_at,
    coalesce(t.created_at, t.create_date) as created_at,
    t.updated_at
from told as t

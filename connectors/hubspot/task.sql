with owner_name as (
    -- CSV exports name the owner instead of giving the id; a name that two owners share says nothing
    select lower(trim(concat_ws(' ', o.first_name, o.last_name))) as name, min(o.id) as id
    from raw_hubspot.owners__latest as o
    group by all
    having count(*) = 1
),
linked as (
    -- pages of the associations API: v4 gives the kind of link as a number, v3 as a word
    select
        a.id, cast(l.link as varchar) as kind, coalesce(l.link ->> '$.toObjectId', l.link ->> '$.id') as linked_id,
        (a._loaded_at, coalesce(l.link ->> '$.toObjectId', l.link ->> '$.id')) as age
    from raw_hubspot.associations__latest as a, unnest(try_cast(a.links as json[])) as l (link)
),
paged as (
    select
        l.id,
        arg_max(l.linked_id, l.age) filter (where regexp_matches(l.kind, '"typeId": ?192\D|"task_to_company'))
            as company_id,
        arg_max(l.linked_id, l.age) filter (where regexp_matches(l.kind, '"typeId": ?216\D|"task_to_deal'))
            as deal_id,
        arg_max(l.linked_id, l.age) filter (where regexp_matches(l.kind, '"typeId": ?230\D|"task_to_ticket'))
            as ticket_id
    from linked as l
    group by l.id
),
plain as (
    -- bodies are HTML: paragraphs become lines, other tags go
    select
        t.*,
        try_cast(t.associations as json) as links,
        coalesce(t.createdate, t.hs_createdate, t.created_at) as made,
        t.hs_task_completion_date as finished,
        regexp_replace(lower(t.hs_task_status), '[^a-z]', '', 'g') as status_word,
        case lower(t.hs_task_type) when 'todo' then 'to-do' else replace(lower(t.hs_task_type), '_', ' ') end as kind,
        regexp_replace(regexp_replace(t.hs_task_body, '<(br|/p|/li|/div)[^>]*>', chr(10), 'g'), '<[^>]*>', '', 'g')
            as untagged
    from raw_hubspot.tasks__latest as t
),
told as (
    select
        p.*,
        nullif(trim(
            replace(replace(replace(replace(p.untagged, '&nbsp;', ' '), '&lt;', '<'), '&gt;', '>'), '&amp;', '&'),
            chr(10) || ' '
        ), '') as text
    from plain as p
)
select
    t._row_id,
    t._loaded_at,
    t.custom,
    t.id as source_record_id,
    coalesce(
        split_part(t.associated_company_ids_primary, ';', 1), split_part(t.associated_company_ids, ';', 1),
        t.links ->> '$.companies.results[0].id', g.company_id
    ) as company_id,
    coalesce(nullif(trim(t.hs_task_subject), ''), split_part(t.text, chr(10), 1), t.kind) as description,
    t.text as details,
    t.kind as task_type,
    -- a task is made as not started; a loader's table without the column says no more than that
    case
        when t.status_word = 'completed' or (t.status_word is null and t.finished is not null) then 'done'
        when t.status_word = 'notstarted' or t.status_word is null then 'to_do'
        when t.status_word = 'inprogress' then 'in_progress'
        when t.status_word = 'waiting' then 'pending_customer'
        when t.status_word = 'deferred' then 'ignored'
        else t.hs_task_status
    end as status,
    case lower(t.hs_task_priority) when 'medium' then 'normal' when 'none' then null else lower(t.hs_task_priority) end
        as priority,
    case
        when regexp_matches(t.hs_timestamp, '^\d{13}$') then epoch_ms(t.hs_timestamp::bigint)::varchar
        else t.hs_timestamp
    end as due_on,
    case when regexp_matches(t.finished, '^\d{13}$') then epoch_ms(t.finished::bigint)::varchar else t.finished end
        as completed_at,
    coalesce(o.id, t.hubspot_owner_id) as owner_id,
    coalesce(split_part(t.associated_deal_ids, ';', 1), t.links ->> '$.deals.results[0].id', g.deal_id)
        as opportunity_id,
    coalesce(split_part(t.associated_ticket_ids, ';', 1), t.links ->> '$.tickets.results[0].id', g.ticket_id)
        as ticket_id,
    coalesce(split_part(t.associated_service_ids, ';', 1), t.links ->> '$.services.results[0].id') as service_id,
    case when regexp_matches(t.made, '^\d{13}$') then epoch_ms(t.made::bigint)::varchar else t.made end as created_at,
    t.updated_at,
    case when lower(t.archived) = 'true' then coalesce(t.archived_at, t.updated_at) end as source_deleted_at
from told as t
left join paged as g on t.id = g.id
left join owner_name as o on lower(trim(t.hubspot_owner_id)) = o.name

with member as (
    select w.word, min(u.id) as id
    from
        raw_planhat.users__latest as u,
        unnest([u.id, lower(trim(u.nick_name)), lower(trim(concat_ws(' ', u.first_name, u.last_name)))]) as w (word)
    group by w.word
    having count(distinct u.id) = 1
),
met as (
    select
        t.*, coalesce(t.owner_id, trim(t.owner_name)) as owner_word, regexp_replace(lower(t.status), '[^a-z]', '', 'g') as word,
        trim(regexp_replace(regexp_replace(t.description, '<(br|/p|/li|/div)[^>]*>', chr(10), 'g'), '<[^>]*>', '', 'g'),
            chr(10) || ' ') as text
    from raw_planhat.tasks__latest as t
    where lower(t.main_type) = 'event'
)
select
    a._row_id,
    a._loaded_at,
    nullif(json_merge_patch(coalesce(a.custom, '{}'), coalesce(try_cast(a.custom_fields as json), '{}')), '{}') as custom,
    a.id as source_record_id,
    a.company_id,
    coalesce(m.id, a.owner_word) as organizer_id,
    coalesce(nullif(trim(a.action), ''), '(no title)') as title,
    a.start_time as starts_at,
    a.end_time as ends_at,
    case
        when a.word in ('canceled', 'cancelled', 'ignored', 'skipped') then 'canceled'
        when a.word in ('done', 'completed', 'complete') then 'done'
    end as pipeline_stage,
    a.type as appointment_type,
    nullif(a.text, '') as agenda,
    a.location,
    a.conference_url,
    coalesce(a.created_at, a.create_date) as created_at,
    a.updated_at
from met as a
left join member as m on lower(a.owner_word) = m.word

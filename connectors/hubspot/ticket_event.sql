with told_stage as (
    select t.item ->> '$.id' as id, t.item ->> '$.label' as label, t.item ->> '$.metadata.ticketState' as state
    from raw_hubspot.ticket_pipelines__latest as p, unnest(try_cast(p.stages as json[])) as t (item)
    union all
    select s.stage_id, s.label, s.ticket_state from raw_hubspot.ticket_stages__latest as s
),
stage as (
    select t.id, max(t.label) as label, max(t.state) as state from told_stage as t group by t.id
),
listed as (
    select h._row_id, h._loaded_at, h.id, 'status' as field_name, h.hs_pipeline_stage as entries
    from raw_hubspot.ticket_history__latest as h
    union all
    select h._row_id, h._loaded_at, h.id, 'priority', h.hs_ticket_priority from raw_hubspot.ticket_history__latest as h
    union all
    select h._row_id, h._loaded_at, h.id, 'assignee', h.hubspot_owner_id from raw_hubspot.ticket_history__latest as h
),
entry as (
    select
        l._row_id, l._loaded_at, l.id, l.field_name,
        e.entry ->> '$.value' as value, e.entry ->> '$.timestamp' as occurred_at
    from listed as l, unnest(try_cast(l.entries as json[])) as e (entry)
),
worded as (
    select
        e.*,
        s.state,
        regexp_replace(lower(coalesce(s.label, e.value)), '[^a-z0-9]', '', 'g') as stage_word
    from entry as e
    left join stage as s on e.value = s.id and e.field_name = 'status'
),
translated as (
    -- the same words as a ticket's own status and priority have
    select
        w._row_id, w._loaded_at, w.id, w.field_name, w.occurred_at,
        case
            when w.field_name = 'priority' then replace(lower(w.value), 'medium', 'normal')
            when w.field_name = 'assignee' then w.value
            when w.stage_word in ('1', 'new') then 'new'
            when w.stage_word in ('2', 'waitingoncontact') then 'pending'
            when w.stage_word in ('3', 'waitingonus') then 'open'
            when w.stage_word in ('4', 'closed') or upper(w.state) = 'CLOSED' then 'closed'
            when upper(w.state) = 'OPEN' then 'open'
            else w.value
        end as value
    from worded as w
),
followed as (
    select
        t.*,
        lag(t.value) over (partition by t.id, t.field_name order by t.occurred_at, t.value) as old_value,
        row_number() over (partition by t.id, t.field_name order by t.occurred_at, t.value) as place
    from translated as t
)
select
    f._row_id,
    f._loaded_at,
    f.id || ':' || f.field_name || ':' || f.place as source_record_id,
    f.id as ticket_id,
    f.occurred_at,
    f.field_name,
    nullif(f.old_value, '') as old_value,
    nullif(f.value, '') as new_value
from followed as f
where f.value is distinct from f.old_value

with told as (
    select
        a._row_id, a._loaded_at, a.id as audit_id, a.ticket_id, a.created_at, e.event ->> '$.id' as event_id,
        e.event ->> '$.type' as event_type, e.event ->> '$.field_name' as field_name,
        e.event ->> '$.previous_value' as old_value, e.event ->> '$.value' as new_value
    from raw_zendesk.ticket_audits__latest as a, unnest(try_cast(a.events as json[])) as e (event)
),
audited as (
    select
        _row_id, _loaded_at, audit_id || ':' || coalesce(event_id, field_name) as source_record_id, ticket_id,
        created_at as occurred_at, field_name, old_value, new_value
    from told
    where event_type in ('Create', 'Change') and field_name in ('status', 'priority', 'assignee_id')
),
-- a list of events that cannot be read goes on as it is, so that it is set aside with its reason
unreadable as (
    select a._row_id, a._loaded_at, a.id as source_record_id, a.ticket_id, a.created_at as occurred_at,
        a.events as field_name, null as old_value, null as new_value
    from raw_zendesk.ticket_audits__latest as a
    where a.events is not null and try_cast(a.events as json[]) is null
),
audited_ticket as (
    select distinct a.ticket_id from raw_zendesk.ticket_audits__latest as a
),
-- a table of field values tells the same changes as the audits, so it counts only where there are none
valued as (
    select
        h._row_id, h._loaded_at, h.ticket_id || ':' || h.field_name || ':' || h.updated as source_record_id,
        h.ticket_id, h.updated as occurred_at, h.field_name, h.value as new_value,
        lag(h.value) over (partition by h.ticket_id, h.field_name order by h.updated) as old_value
    from raw_zendesk.ticket_field_history__latest as h
    left join audited_ticket as a on h.ticket_id = a.ticket_id
    where a.ticket_id is null and h.field_name in ('status', 'priority', 'assignee_id')
),
event as (
    select _row_id, _loaded_at, source_record_id, ticket_id, occurred_at, field_name, old_value, new_value from audited
    union all
    select _row_id, _loaded_at, source_record_id, ticket_id, occurred_at, field_name, old_value, new_value
    from unreadable
    union all
    select _row_id, _loaded_at, source_record_id, ticket_id, occurred_at, field_name, old_value, new_value from valued
)
select
    _row_id,
    _loaded_at,
    source_record_id,
    ticket_id,
    occurred_at,
    case field_name when 'assignee_id' then 'assignee' else field_name end as field_name,
    case lower(old_value) when 'on-hold' then 'hold' else lower(old_value) end as old_value,
    case lower(new_value) when 'on-hold' then 'hold' else lower(new_value) end as new_value
from event

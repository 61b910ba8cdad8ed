with logged as (
    select
        c._row_id, c._loaded_at, c.custom, 'call' as kind, c.id, c.hs_call_title as subject, c.hs_call_body as body,
        c.hs_timestamp as began, null as ended,
        case upper(c.hs_call_direction) when 'INBOUND' then 'in' when 'OUTBOUND' then 'out' end as direction,
        c.associations, coalesce(c.associated_company_ids_primary, c.associated_company_ids) as company_ids,
        c.created_at, c.updated_at, c.archived, c.archived_at
    from raw_hubspot.calls__latest as c
    union all
    -- a meeting that did not take place was no conversation
    select
        m._row_id, m._loaded_at, m.custom, 'meeting', m.id, m.hs_meeting_title, m.hs_meeting_body,
        coalesce(m.hs_meeting_start_time, m.hs_timestamp), m.hs_meeting_end_time, null,
        m.associations, coalesce(m.associated_company_ids_primary, m.associated_company_ids),
        m.created_at, m.updated_at, m.archived, m.archived_at
    from raw_hubspot.meetings__latest as m
    where coalesce(upper(m.hs_meeting_outcome), '') not in ('CANCELED', 'NO_SHOW', 'NO SHOW', 'RESCHEDULED')
    union all
    select
        n._row_id, n._loaded_at, n.custom, 'note', n.id, null, n.hs_note_body,
        n.hs_timestamp, null, null,
        n.associations, coalesce(n.associated_company_ids_primary, n.associated_company_ids),
        n.created_at, n.updated_at, n.archived, n.archived_at
    from raw_hubspot.notes__latest as n
),
plain as (
    -- bodies are HTML: paragraphs become lines, other tags go
    select
        l.*,
        regexp_replace(regexp_replace(l.body, '<(br|/p|/li|/div)[^>]*>', chr(10), 'g'), '<[^>]*>', '', 'g') as untagged
    from logged as l
),
told as (
    select p.*, trim(replace(replace(p.untagged, '&nbsp;', ' '), '&amp;', '&'), chr(10) || ' ') as text
    from plain as p
)
select
    p._row_id,
    p._loaded_at,
    p.custom,
    p.kind || ':' || p.id as source_record_id,
    coalesce(
        split_part(p.company_ids, ';', 1), try_cast(p.associations as json) ->> '$.companies.results[0].id'
    ) as company_id,
    p.kind as conversation_type,
    p.subject,
    nullif(substr(p.text, 1, 200), '') as snippet,
    nullif(p.text, '') as body,
    case when regexp_matches(p.began, '^\d{13}$') then epoch_ms(p.began::bigint)::varchar else p.began end
        as started_at,
    case when regexp_matches(p.ended, '^\d{13}$') then epoch_ms(p.ended::bigint)::varchar else p.ended end as ended_at,
    p.direction,
    p.created_at,
    p.updated_at,
    case when lower(p.archived) = 'true' then coalesce(p.archived_at, p.updated_at) end as source_deleted_at
from told as p

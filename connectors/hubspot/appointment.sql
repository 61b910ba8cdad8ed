with owner_name as (
    -- CSV exports name the owner instead of giving the id; a name that two owners share says nothing
    select lower(trim(concat_ws(' ', o.first_name, o.last_name))) as name, min(o.id) as id
    from raw_hubspot.owners__latest as o
    group by all
    having count(*) = 1
),
closed_stage as (
    select t.item ->> '$.id' as id, max(t.item ->> '$.label') as label
    from raw_hubspot.appointment_pipelines__latest as p, unnest(try_cast(p.stages as json[])) as t (item)
    where lower(t.item ->> '$.metadata.isClosed') = 'true'
    group by all
),
paged as (
    -- pages of the associations API: v4 gives the kind of link as a number, v3 as a word; the newest counts
    select
        'meeting:' || a.id as id,
        max(coalesce(l.link ->> '$.toObjectId', l.link ->> '$.id')) as company_id
    from raw_hubspot.associations__latest as a, unnest(try_cast(a.links as json[])) as l (link)
    where regexp_matches(cast(l.link as varchar), '"typeId": ?188\D|"meeting_event_to_company')
    group by a.id, a._loaded_at
    qualify row_number() over (partition by a.id order by a._loaded_at desc) = 1
),
planned as (
    select
        m._row_id, m._loaded_at, m.custom, 'meeting:' || m.id as id, m.hs_meeting_title as title,
        m.hs_meeting_outcome as outcome, m.hs_meeting_body as body, m.hs_internal_meeting_notes as notes,
        m.hs_activity_type as kind,
        coalesce(m.hs_meeting_start_time, m.hs_timestamp) as starts, m.hs_meeting_end_time as ends,
        m.hs_meeting_location as location, coalesce(m.hs_video_conference_url, m.hs_meeting_external_url) as url,
        m.hubspot_owner_id, m.associations, m.associated_service_ids,
        coalesce(m.associated_company_ids_primary, m.associated_company_ids) as company_ids,
        coalesce(m.createdate, m.hs_createdate, m.created_at) as made, m.updated_at, m.archived, m.archived_at
    from raw_hubspot.meetings__latest as m
    union all
    -- the object Appointments, which a portal may switch on beside the meetings
    select
        a._row_id, a._loaded_at, a.custom, 'appointment:' || a.id, a.hs_appointment_name,
        coalesce(a.hs_appointment_status, s.label),
        null, null, null, a.hs_appointment_start, a.hs_appointment_end, null, null,
        a.hubspot_owner_id, a.associations, a.associated_service_ids,
        coalesce(a.associated_company_ids_primary, a.associated_company_ids),
        coalesce(a.createdate, a.hs_createdate, a.created_at), a.updated_at, a.archived, a.archived_at
    from raw_hubspot.appointments__latest as a
    left join closed_stage as s on a.hs_pipeline_stage = s.id
),
plain as (
    -- bodies are HTML: paragraphs become lines, other tags go
    select
        p.*,
        regexp_replace(lower(p.outcome), '[^a-z]', '', 'g') as outcome_word,
        upper(substr(p.outcome, 1, 1)) || replace(lower(substr(p.outcome, 2)), '_', ' ') as outcome_label,
        regexp_replace(regexp_replace(p.body, '<(br|/p|/li|/div)[^>]*>', chr(10), 'g'), '<[^>]*>', '', 'g') as agenda,
        regexp_replace(regexp_replace(p.notes, '<(br|/p|/li|/div)[^>]*>', chr(10), 'g'), '<[^>]*>', '', 'g') as noted
    from planned as p
),
told as (
    select
        p.* exclude (agenda, noted),
        trim(replace(replace(replace(replace(
            p.agenda, '&nbsp;', ' '), '&lt;', '<'), '&gt;', '>'), '&amp;', '&'), chr(10) || ' ') as agenda,
        trim(replace(replace(replace(replace(
            p.noted, '&nbsp;', ' '), '&lt;', '<'), '&gt;', '>'), '&amp;', '&'), chr(10) || ' ') as noted
    from plain as p
)
select
    p._row_id, p._loaded_at, p.custom,
    p.id as source_record_id,
    coalesce(
        split_part(p.company_ids, ';', 1), try_cast(p.associations as json) ->> '$.companies.results[0].id',
        g.company_id
    ) as company_id,
    coalesce(
        split_part(p.associated_service_ids, ';', 1), try_cast(p.associations as json) ->> '$.services.results[0].id'
    ) as service_id,
    coalesce(o.id, p.hubspot_owner_id) as organizer_id,
    coalesce(nullif(trim(p.title), ''), 'Meeting') as title,
    case when regexp_matches(p.starts, '^\d{13}$') then epoch_ms(p.starts::bigint)::varchar else p.starts end
        as starts_at,
    case when regexp_matches(p.ends, '^\d{13}$') then epoch_ms(p.ends::bigint)::varchar else p.ends end as ends_at,
    -- what was moved stands as a record of its own at its new time; what was only scheduled is judged by its times
    case
        when p.outcome_word in ('canceled', 'cancelled', 'noshow', 'rescheduled') then 'canceled'
        when p.outcome_word in ('completed', 'done', 'closed', 'attended') then 'done'
    end as pipeline_stage,
    p.kind as appointment_type,
    nullif(p.agenda, '') as agenda,
    nullif(
        concat_ws(chr(10), case when p.outcome_word <> 'scheduled' then p.outcome_label end, nullif(p.noted, '')), ''
    ) as outcome,
    case when p.location not like 'http%' then p.location end as location,
    case when p.location like 'http%' and p.url is null then p.location else p.url end as conference_url,
    case when regexp_matches(p.made, '^\d{13}$') then epoch_ms(p.made::bigint)::varchar else p.made end as created_at,
    p.updated_at,
    case when lower(p.archived) = 'true' then coalesce(p.archived_at, p.updated_at) end as source_deleted_at
from told as p
left join paged as g on p.id = g.id
left join owner_name as o on lower(trim(p.hubspot_owner_id)) = o.name

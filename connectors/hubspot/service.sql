with owner_name as (
    -- CSV exports name the owner instead of giving the id; a name that two owners share says nothing
    select lower(trim(concat_ws(' ', o.first_name, o.last_name))) as name, min(o.id) as id
    from raw_hubspot.owners__latest as o
    group by all
    having count(*) = 1
),
stage as (
    select
        t.item ->> '$.id' as id, max(t.item ->> '$.label') as label,
        bool_or(lower(t.item ->> '$.metadata.isClosed') = 'true') as is_closed
    from raw_hubspot.service_pipelines__latest as p, unnest(try_cast(p.stages as json[])) as t (item)
    group by all
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
        arg_max(l.linked_id, l.age) filter (where regexp_matches(l.kind, '"typeId": ?792\D|"service_to_company'))
            as company_id,
        arg_max(l.linked_id, l.age) filter (where regexp_matches(l.kind, '"typeId": ?794\D|"service_to_deal'))
            as deal_id
    from linked as l
    group by l.id
),
service as (
    select
        v.*,
        try_cast(v.associations as json) as links,
        coalesce(v.createdate, v.hs_createdate, v.created_at) as made,
        coalesce(s.label, v.hs_pipeline_stage) as phase,
        -- a portal may call its stages anything; its pipeline says which of them close a service
        coalesce(s.is_closed, false) as is_closed,
        regexp_replace(lower(coalesce(s.label, v.hs_pipeline_stage)), '[^a-z]', '', 'g') as phase_word,
        regexp_replace(lower(v.hs_status), '[^a-z]', '', 'g') as status_word
    from raw_hubspot.services__latest as v
    left join stage as s on v.hs_pipeline_stage = s.id
)
select
    v._row_id,
    v._loaded_at,
    v.custom,
    v.id as source_record_id,
    coalesce(
        split_part(v.associated_company_ids_primary, ';', 1), split_part(v.associated_company_ids, ';', 1),
        v.links ->> '$.companies.results[0].id', g.company_id
    ) as company_id,
    coalesce(split_part(v.associated_deal_ids, ';', 1), v.links ->> '$.deals.results[0].id', g.deal_id)
        as opportunity_id,
    v.hs_name as name,
    v.hs_category as service_type,
    case
        when v.is_closed or v.phase_word in ('closed', 'completed', 'complete', 'done') then 'complete'
        when v.status_word in ('succeededcompleted', 'completed', 'complete') then 'complete'
        when v.status_word in ('onhold', 'paused') or v.phase_word in ('onhold', 'paused') then 'paused'
        else 'active'
    end as status,
    v.phase,
    -- HubSpot's one status says how a service goes, or that it rests or is over
    case
        when v.status_word = 'ontrack' then 'on_track'
        when v.status_word in ('delayed', 'needsattention') then 'needs_attention'
        when v.status_word in ('atrisk', 'blocked', 'failed') then 'at_risk'
        when v.status_word not in ('onhold', 'paused', 'succeededcompleted', 'completed', 'complete') then v.hs_status
    end as health,
    coalesce(o.id, v.hubspot_owner_id) as delivery_owner_id,
    v.hs_start_date as starts_on,
    v.hs_target_end_date as due_on,
    v.hs_close_date as completed_on,
    v.last_session_date as last_session_at,
    v.satisfaction,
    case when regexp_matches(v.made, '^\d{13}$') then epoch_ms(v.made::bigint)::varchar else v.made end as created_at,
    v.updated_at,
    case when lower(v.archived) = 'true' then coalesce(v.archived_at, v.updated_at) end as source_deleted_at
from service as v
left join paged as g on v.id = g.id
left join owner_name as o on lower(trim(v.hubspot_owner_id)) = o.name

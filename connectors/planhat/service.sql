with delivered as (
    select
        p.*, try_cast(p.custom_fields as json) as own,
        coalesce(try_cast(p.owner_id as json) ->> '$._id', p.owner_id) as owner,
        regexp_replace(lower(coalesce(p.status, try_cast(p.custom_fields as json) ->> '$.Status')), '[^a-z]', '', 'g') as word,
        regexp_replace(lower(try_cast(p.custom_fields as json) ->> '$.Health'), '[^a-z]', '', 'g') as health
    from raw_planhat.projects__latest as p
    where (try_cast(p.custom_fields as json) ->> '$."Service Type"') is not null
)
select
    d._row_id,
    d._loaded_at,
    nullif(json_merge_patch(coalesce(d.custom, '{}'), coalesce(d.own, '{}')), '{}') as custom,
    d.id as source_record_id,
    d.company_id,
    d.name,
    d.own ->> '$."Service Type"' as service_type,
    case
        when d.word in ('active', 'ongoing', 'inprogress') then 'active'
        when d.word in ('paused', 'onhold') then 'paused'
        when d.word in ('complete', 'completed', 'done') then 'complete'
    end as status,
    d.own ->> '$.Phase' as phase,
    case d.health when 'ontrack' then 'on_track' when 'needsattention' then 'needs_attention' when 'atrisk' then 'at_risk' end
        as health,
    d.owner as delivery_owner_id,
    d.start_date as starts_on,
    d.end_date as due_on,
    d.own ->> '$."Completed On"' as completed_on,
    d.own ->> '$."Last Session"' as last_session_at,
    d.own ->> '$.Satisfaction' as satisfaction,
    coalesce(cast(round(try_cast(d.non_recurring as decimal(34, 16)), 4) as varchar), d.non_recurring) as amount,
    upper(coalesce(try_cast(d.currency as json) ->> '$._id', d.currency)) as currency,
    coalesce(d.created_at, d.create_date) as created_at,
    d.updated_at
from delivered as d

with told as (
    select
        o._row_id, o._loaded_at, o.id,
        coalesce(h.item ->> '$.salesStage', h.item ->> '$.stage', h.item ->> '$.value') as stage,
        coalesce(h.item ->> '$.start', h.item ->> '$.date', h.item ->> '$.time') as entered_at
    from raw_planhat.opportunities__latest as o, unnest(try_cast(o.stage_history as json[])) as h (item)
)
select
    min(t._row_id) as _row_id,
    max(t._loaded_at) as _loaded_at,
    t.id || ':' || t.entered_at || ':' || t.stage as source_record_id,
    t.id as opportunity_id,
    t.stage,
    t.entered_at
from told as t
where t.stage is not null and t.entered_at is not null
group by t.id, t.stage, t.entered_at

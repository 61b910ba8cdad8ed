with told_stage as (
    select t.item ->> '$.id' as id, t.item ->> '$.label' as label
    from raw_hubspot.deal_pipelines__latest as p, unnest(try_cast(p.stages as json[])) as t (item)
    union all
    select s.stage_id, s.label from raw_hubspot.deal_stages__latest as s
),
stage as (
    select t.id, max(t.label) as label from told_stage as t group by t.id
),
entered as (
    select h._row_id, h._loaded_at, h.id as deal_id, e.entry ->> '$.value' as stage, e.entry ->> '$.timestamp' as at
    from raw_hubspot.deal_stage_history__latest as h, unnest(try_cast(h.dealstage as json[])) as e (entry)
    union all
    select e._row_id, e._loaded_at, e.deal_id, e.value, e.date_entered
    from raw_hubspot.deal_stage_entries__latest as e
),
timed as (
    select
        e.*,
        case when regexp_matches(e.at, '^\d{13}$') then epoch_ms(e.at::bigint)::varchar else e.at end as entered_at
    from entered as e
)
select
    min(t._row_id) as _row_id,
    max(t._loaded_at) as _loaded_at,
    t.deal_id || ':' || t.entered_at || ':' || t.stage as source_record_id,
    t.deal_id as opportunity_id,
    coalesce(max(s.label), t.stage) as stage,
    t.entered_at
from timed as t
left join stage as s on t.stage = s.id
-- a property that was emptied has a value without text: no stage was entered
where t.stage <> ''
group by t.deal_id, t.entered_at, t.stage

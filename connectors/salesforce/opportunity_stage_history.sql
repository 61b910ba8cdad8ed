with changed as (
    select
        f._row_id, f._loaded_at, f.opportunity_id, f.old_value, f.new_value, f.created_date, f.is_deleted,
        row_number() over (partition by f.opportunity_id order by f.created_date, f.id) as place
    from raw_salesforce.opportunity_field_histories__latest as f
    where lower(f.field) = 'stagename'
),
told as (
    select h._row_id, h._loaded_at, h.opportunity_id, h.stage_name as stage, h.created_date as entered_at, 1 as kind
    from raw_salesforce.opportunity_histories__latest as h
    where coalesce(lower(h.is_deleted), 'false') not in ('true', '1')
    union all
    select c._row_id, c._loaded_at, c.opportunity_id, c.new_value, c.created_date, 2 from changed as c
    union all
    -- before its first change the opportunity stood, since it was made, where that change found it
    select c._row_id, c._loaded_at, c.opportunity_id, c.old_value, o.created_date, 2
    from changed as c
    join raw_salesforce.opportunities__latest as o on c.opportunity_id = o.id
    where c.place = 1
    union all
    select v._row_id, v._loaded_at, v.id, v.stage_name, v._fivetran_start, 3
    from raw_salesforce.opportunity_versions__latest as v
),
best as (
    -- the same story told twice counts once
    select t.*, min(t.kind) over (partition by t.opportunity_id) as best_kind
    from told as t
    where t.stage is not null and t.entered_at is not null
),
followed as (
    select
        b.*,
        lag(b.stage) over (partition by b.opportunity_id order by b.entered_at, b._row_id) as stage_before,
        row_number() over (partition by b.opportunity_id, b.entered_at order by b._row_id desc) as place
    from best as b
    where b.kind = b.best_kind
)
select
    f._row_id,
    f._loaded_at,
    f.opportunity_id || ':' || f.entered_at as source_record_id,
    f.opportunity_id,
    f.stage,
    f.entered_at
from followed as f
-- a row is written for every change of amount or date too
where f.stage is distinct from f.stage_before and f.place = 1

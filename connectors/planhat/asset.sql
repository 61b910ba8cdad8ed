select
    a._row_id,
    a._loaded_at,
    nullif(json_merge_patch(coalesce(a.custom, '{}'), coalesce(try_cast(a.custom_fields as json), '{}')), '{}') as custom,
    a.id as source_record_id,
    a.company_id,
    coalesce(a.parent_asset_id, try_cast(a.custom_fields as json) ->> '$."Parent Asset"') as parent_asset_id,
    a.name,
    coalesce(a.asset_type, try_cast(a.custom_fields as json) ->> '$.Type') as asset_type,
    coalesce(a.created_at, a.create_date) as created_at,
    a.updated_at
from raw_planhat.assets__latest as a
union all
-- a part of the customer's organisation, or of the product, that is looked after by itself
select
    w._row_id,
    w._loaded_at,
    nullif(json_merge_patch(coalesce(w.custom, '{}'), coalesce(try_cast(w.custom_fields as json), '{}')), '{}'),
    w.id,
    w.company_id,
    null,
    w.name,
    'workspace',
    coalesce(w.created_at, w.create_date),
    w.updated_at
from raw_planhat.workspaces__latest as w

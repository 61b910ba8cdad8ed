select
    i._row_id,
    i._loaded_at,
    i.id || ':' || (t.one ->> '$.ItemRef.value') as source_record_id,
    i.id as bundle_product_id,
    t.one ->> '$.ItemRef.value' as product_id,
    coalesce(t.one ->> '$.Qty', '1') as quantity,
    'false' as is_optional
from raw_quickbooks.items__latest as i,
    unnest(try_cast(try_cast(i.item_group_detail as json) -> '$.ItemGroupLine' as json[])) as t (one)
where (t.one ->> '$.ItemRef.value') is not null
qualify row_number() over (partition by i.id, t.one ->> '$.ItemRef.value' order by i._row_id) = 1

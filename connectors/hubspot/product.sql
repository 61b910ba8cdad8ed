select
    p._row_id,
    p._loaded_at,
    p.custom,
    p.id as source_record_id,
    coalesce(p.hs_sku, p.id) as sku,
    p.name,
    p.description,
    coalesce(p.hs_folder_name, p.hs_product_type) as category,
    coalesce(lower(p.archived), 'false') <> 'true' and coalesce(lower(p.hs_status), 'active') = 'active' as is_active,
    coalesce(p.createdate, p.created_at) as created_at,
    p.updated_at,
    case when lower(p.archived) = 'true' then coalesce(p.archived_at, p.updated_at) end as source_deleted_at
from raw_hubspot.products__latest as p

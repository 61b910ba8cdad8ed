select
    p._row_id,
    p._loaded_at,
    p.custom,
    p.id as source_record_id,
    coalesce(p.product_code, p.stock_keeping_unit, p.id) as sku,
    p.name,
    p.description,
    p.family as category,
    lower(p.is_active) in ('true', '1') and coalesce(lower(p.is_deleted), 'false') not in ('true', '1') as is_active,
    p.created_date as created_at,
    coalesce(p.system_modstamp, p.last_modified_date) as updated_at,
    case
        when lower(p.is_deleted) in ('true', '1')
            then coalesce(p.system_modstamp, p.last_modified_date, cast(p._loaded_at as varchar))
    end as source_deleted_at
from raw_salesforce.products__latest as p

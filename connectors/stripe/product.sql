with product as (
    select p.*, try_cast(p.metadata as json) as tag
    from raw_stripe.products__latest as p
)
select
    _row_id,
    _loaded_at,
    nullif(json_merge_patch(coalesce(custom, '{}'), coalesce(cast(tag as varchar), '{}')), '{}') as custom,
    id as source_record_id,
    coalesce(tag ->> '$.sku', sku, id) as sku,
    name,
    description,
    coalesce(tag ->> '$.category', category) as category,
    active as is_active,
    coalesce(cast(to_timestamp(try_cast(created as decimal(11, 0))) at time zone 'UTC' as varchar), created) as created_at,
    coalesce(cast(to_timestamp(try_cast(updated as decimal(11, 0))) at time zone 'UTC' as varchar), updated) as updated_at,
    case when lower(deleted) = 'true' then _loaded_at end as source_deleted_at
from product

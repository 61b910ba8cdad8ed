select
    _row_id,
    _loaded_at,
    nullif(
        json_merge_patch(coalesce(custom, '{}'), coalesce(cast(try_cast(metadata as json) as varchar), '{}')), '{}'
    ) as custom,
    id as source_record_id,
    coalesce(try_cast(metadata as json) ->> '$.sku', id) as sku,
    coalesce(nullif(trim(external_name), ''), name) as name,
    description,
    item_family_id as category,
    status = 'active' as is_active,
    coalesce(cast(to_timestamp(try_cast(created_at as decimal(11, 0))) at time zone 'UTC' as varchar), created_at)
        as created_at,
    coalesce(cast(to_timestamp(try_cast(updated_at as decimal(11, 0))) at time zone 'UTC' as varchar), updated_at)
        as updated_at,
    case when status = 'deleted' or lower(deleted) = 'true' then
        coalesce(cast(to_timestamp(try_cast(updated_at as decimal(11, 0))) at time zone 'UTC' as varchar), updated_at,
            cast(_loaded_at as varchar))
    end as source_deleted_at
from raw_chargebee.items__latest

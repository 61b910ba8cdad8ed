select
    _row_id,
    _loaded_at,
    id as source_record_id,
    id as contact_id,
    id as company_id,
    true as is_primary,
    coalesce(cast(to_timestamp(try_cast(created as decimal(11, 0))) at time zone 'UTC' as varchar), created) as created_at
from raw_stripe.customers__latest
where trim(email) <> ''

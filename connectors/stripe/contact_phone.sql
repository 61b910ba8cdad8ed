-- a number without an e-mail address belongs to no known person and stays the company's
select
    _row_id,
    _loaded_at,
    id || ':' || trim(phone) as source_record_id,
    id as contact_id,
    trim(phone) as phone,
    'work' as phone_type,
    coalesce(cast(to_timestamp(try_cast(created as decimal(11, 0))) at time zone 'UTC' as varchar), created) as created_at
from raw_stripe.customers__latest
where trim(email) <> '' and trim(phone) <> ''

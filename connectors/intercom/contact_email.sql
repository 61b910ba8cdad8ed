select
    c._row_id,
    c._loaded_at,
    c.id || ':' || lower(trim(c.email)) as source_record_id,
    c.id as contact_id,
    lower(trim(c.email)) as address,
    true as is_primary
from raw_intercom.contacts__latest as c
where trim(c.email) <> ''

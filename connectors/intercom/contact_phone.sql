select
    c._row_id,
    c._loaded_at,
    c.id || ':' || trim(c.phone) as source_record_id,
    c.id as contact_id,
    trim(c.phone) as phone
from raw_intercom.contacts__latest as c
where trim(c.phone) <> ''

select
    e._row_id,
    e._loaded_at,
    e.id || ':' || trim(e.phone) as source_record_id,
    e.id as contact_id,
    trim(e.phone) as phone
from raw_planhat.endusers__latest as e
where trim(e.phone) <> ''

select
    e._row_id,
    e._loaded_at,
    e.id || ':nps' as source_record_id,
    e.id as contact_id,
    'email' as channel,
    'NPS surveys' as topic,
    case lower(e.nps_unsubscribed) when 'true' then 'unsubscribed' when 'false' then 'subscribed' else e.nps_unsubscribed end
        as preference
from raw_planhat.endusers__latest as e
where e.nps_unsubscribed is not null

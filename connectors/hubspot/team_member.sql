select
    o._row_id,
    o._loaded_at,
    o.custom,
    o.id as source_record_id,
    coalesce(nullif(trim(concat_ws(' ', o.first_name, o.last_name)), ''), lower(trim(o.email))) as name,
    nullif(lower(trim(o.email)), '') as email,
    try_cast(o.teams as json) ->> '$[0].name' as team,
    coalesce(lower(o.archived), 'false') <> 'true' as is_active,
    o.created_at,
    o.updated_at
from raw_hubspot.owners__latest as o
-- queues and teams may own records too, but nobody can be written to there
where coalesce(upper(o.type), 'PERSON') = 'PERSON'

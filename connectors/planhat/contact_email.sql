with listed as (
    select e._row_id, e._loaded_at, e.id, lower(trim(e.email)) as address, true as is_primary
    from raw_planhat.endusers__latest as e
    union all
    select e._row_id, e._loaded_at, e.id, lower(trim(o.address)), false
    from
        raw_planhat.endusers__latest as e,
        unnest(coalesce(try_cast(try_cast(e.other_emails as json) as varchar[]), string_split(e.other_emails, ',')))
            as o (address)
)
select
    min(l._row_id) as _row_id,
    max(l._loaded_at) as _loaded_at,
    l.id || ':' || l.address as source_record_id,
    l.id as contact_id,
    l.address,
    bool_or(l.is_primary) as is_primary
from listed as l
where l.address <> ''
group by l.id, l.address

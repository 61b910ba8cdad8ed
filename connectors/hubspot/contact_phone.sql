with listed as (
    select c._row_id, c._loaded_at, c.id, trim(c.mobilephone) as phone, 'mobile' as phone_type
    from raw_hubspot.contacts__latest as c
    union all
    select c._row_id, c._loaded_at, c.id, trim(c.phone), 'work'
    from raw_hubspot.contacts__latest as c
)
select
    min(l._row_id) as _row_id,
    max(l._loaded_at) as _loaded_at,
    l.id || ':' || l.phone as source_record_id,
    l.id as contact_id,
    l.phone,
    -- one number given twice is the mobile one
    min(l.phone_type) as phone_type,
    max(case when lower(c.archived) = 'true' then coalesce(c.archived_at, c.lastmodifieddate) end) as source_deleted_at
from listed as l
join raw_hubspot.contacts__latest as c on l.id = c.id
where l.phone <> ''
group by l.id, l.phone

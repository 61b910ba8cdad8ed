with listed as (
    select c._row_id, c._loaded_at, c.id, lower(trim(c.email)) as address, true as is_primary, false as is_work
    from raw_hubspot.contacts__latest as c
    union all
    select c._row_id, c._loaded_at, c.id, lower(trim(e.address)), false, false
    from raw_hubspot.contacts__latest as c, unnest(string_split(c.hs_additional_emails, ';')) as e (address)
    union all
    select c._row_id, c._loaded_at, c.id, lower(trim(c.work_email)), false, true
    from raw_hubspot.contacts__latest as c
)
select
    min(l._row_id) as _row_id,
    max(l._loaded_at) as _loaded_at,
    l.id || ':' || l.address as source_record_id,
    l.id as contact_id,
    l.address,
    bool_or(l.is_primary) as is_primary,
    -- HubSpot says it of one address only; of the others it says nothing
    case when bool_or(l.is_work) then true end as is_work,
    max(case when lower(c.archived) = 'true' then coalesce(c.archived_at, c.lastmodifieddate) end) as source_deleted_at
from listed as l
join raw_hubspot.contacts__latest as c on l.id = c.id
where l.address <> ''
group by l.id, l.address

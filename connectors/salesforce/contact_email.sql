with listed as (
    select c._row_id, c._loaded_at, c.id, lower(trim(c.email)) as address
    from raw_salesforce.contacts__latest as c
    where c.master_record_id is null
    union all
    -- the contact that a converted lead became has its address
    select l._row_id, l._loaded_at, l.id, lower(trim(l.email))
    from raw_salesforce.leads__latest as l
    where l.converted_contact_id is null and l.master_record_id is null
)
select
    l._row_id,
    l._loaded_at,
    l.id || ':' || l.address as source_record_id,
    l.id as contact_id,
    l.address,
    true as is_primary
from listed as l
where l.address <> ''

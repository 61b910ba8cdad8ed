-- a number without an e-mail address belongs to no known person and stays the company's
with called as (
    select _row_id, _loaded_at, id, create_time, try_cast(primary_phone as json) ->> '$.FreeFormNumber' as phone, 'work' as kind
    from raw_quickbooks.customers__latest
    where (try_cast(primary_email_addr as json) ->> '$.Address') <> '' and lower(coalesce(is_project, 'false')) <> 'true'
    union all
    select _row_id, _loaded_at, id, create_time, try_cast(mobile as json) ->> '$.FreeFormNumber', 'mobile'
    from raw_quickbooks.customers__latest
    where (try_cast(primary_email_addr as json) ->> '$.Address') <> '' and lower(coalesce(is_project, 'false')) <> 'true'
    union all
    select _row_id, _loaded_at, id, create_time, try_cast(fax as json) ->> '$.FreeFormNumber', 'fax'
    from raw_quickbooks.customers__latest
    where (try_cast(primary_email_addr as json) ->> '$.Address') <> '' and lower(coalesce(is_project, 'false')) <> 'true'
)
select
    _row_id,
    _loaded_at,
    id || ':' || trim(phone) as source_record_id,
    id as contact_id,
    trim(phone) as phone,
    kind as phone_type,
    create_time as created_at
from called
where trim(phone) <> ''
qualify row_number() over (partition by id, trim(phone) order by kind desc) = 1

-- The person a bill goes to is the customer itself; others who get mail about it are its `contacts`.
with person as (
    select
        c._row_id, c._loaded_at, c.id as record_id, c.first_name, c.last_name, c.email, c.locale, c.billing_address,
        c.billing_address_country, c.created_at, c.updated_at, lower(c.deleted) = 'true' as is_deleted
    from raw_chargebee.customers__latest as c
    union all
    select
        c._row_id, c._loaded_at, c.id || ':' || (t.one ->> '$.id'), t.one ->> '$.first_name', t.one ->> '$.last_name',
        t.one ->> '$.email', null, null, null, c.created_at, c.updated_at, lower(c.deleted) = 'true'
    from raw_chargebee.customers__latest as c, unnest(try_cast(try_cast(c.contacts as json) as json[])) as t (one)
)
select
    _row_id,
    _loaded_at,
    record_id as source_record_id,
    coalesce(nullif(trim(concat_ws(' ', first_name, last_name)), ''), lower(trim(email))) as name,
    nullif(trim(first_name), '') as first_name,
    nullif(trim(last_name), '') as last_name,
    locale as language,
    upper(coalesce(try_cast(billing_address as json) ->> '$.country', billing_address_country)) as country,
    coalesce(cast(to_timestamp(try_cast(created_at as decimal(11, 0))) at time zone 'UTC' as varchar), created_at)
        as created_at,
    coalesce(cast(to_timestamp(try_cast(updated_at as decimal(11, 0))) at time zone 'UTC' as varchar), updated_at)
        as updated_at,
    case when is_deleted then
        coalesce(cast(to_timestamp(try_cast(updated_at as decimal(11, 0))) at time zone 'UTC' as varchar), updated_at,
            cast(_loaded_at as varchar))
    end as source_deleted_at
from person
where trim(email) <> ''

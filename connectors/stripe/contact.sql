with billed as (
    select
        c._row_id, c._loaded_at, c.id, c.created, c.deleted, c.address_country,
        nullif(trim(c.individual_name), '') as person,
        lower(trim(c.email)) as mail,
        try_cast(c.address as json) as place,
        try_cast(c.preferred_locales as json) as locales
    from raw_stripe.customers__latest as c
    where trim(c.email) <> ''
)
select
    _row_id,
    _loaded_at,
    id as source_record_id,
    -- the customer's `name` is the company's; a person is named only in `individual_name`
    coalesce(person, mail) as name,
    case when person like '% %' then regexp_replace(person, '\s+\S+$', '', 'g') end as first_name,
    case when person like '% %' then regexp_extract(person, '\S+$') end as last_name,
    locales ->> '$[0]' as language,
    upper(coalesce(place ->> '$.country', address_country)) as country,
    coalesce(cast(to_timestamp(try_cast(created as decimal(11, 0))) at time zone 'UTC' as varchar), created) as created_at,
    case when lower(deleted) = 'true' then _loaded_at end as source_deleted_at
from billed

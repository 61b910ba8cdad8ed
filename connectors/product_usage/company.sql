-- One company per account, with the newest value of each trait.
with said as (
    select
        g._row_id, g._loaded_at, trim(g.group_id) as id, try_cast(g.traits as json) as trait,
        try_cast(g.traits as json) ->> '$.name' as name,
        coalesce(g.timestamp, g.original_timestamp, g.received_at, g.sent_at) as called_at
    from raw_product_usage.groups__latest as g
    union all
    select
        a._row_id, a._loaded_at, trim(a.group_id), try_cast(a.custom as json), a.name,
        coalesce(a.timestamp, a.received_at)
    from raw_product_usage.accounts__latest as a
    union all
    -- a company that a user's traits name, with its id
    select
        i._row_id, i._loaded_at, trim(try_cast(i.traits as json) ->> '$.company.id'),
        try_cast(try_cast(i.traits as json) ->> '$.company' as json),
        try_cast(i.traits as json) ->> '$.company.name',
        coalesce(i.timestamp, i.original_timestamp, i.received_at, i.sent_at)
    from raw_product_usage.identifies__latest as i
    where try_cast(i.traits as json) ->> '$.company.name' <> ''
),

told as (
    -- `place` is text that sorts by time
    select s.*, coalesce(cast(try_cast(s.called_at as timestamptz) as varchar), '') || s._row_id as place
    from said as s
    where s.id <> ''
),

named as (
    select
        t.*,
        coalesce(
            'hubspot:' || (trait ->> '$.hubspot_company_id'), 'salesforce:' || (trait ->> '$.salesforce_account_id'),
            'stripe:' || (trait ->> '$.stripe_customer_id'), 'chargebee:' || (trait ->> '$.chargebee_customer_id'),
            'planhat:' || (trait ->> '$.planhat_company_id'), trait ->> '$.external_id', trait ->> '$.externalId'
        ) as foreign_id,
        coalesce(trait ->> '$.website', trait ->> '$.domain') as website,
        coalesce(trait ->> '$.address.country', trait ->> '$.country') as country,
        coalesce(trait ->> '$.address.city', trait ->> '$.city') as city,
        coalesce(trait ->> '$.employees', trait ->> '$.employee_count', trait ->> '$.size') as employees,
        coalesce(trait ->> '$.createdAt', trait ->> '$.created_at') as began_at
    from told as t
),

one as (
    select
        id, arg_max(_row_id, place) as _row_id, max(_loaded_at) as _loaded_at, arg_max(trait, place) as custom,
        arg_max(name, place) filter (where name <> '') as name,
        arg_max(foreign_id, place) filter (where foreign_id <> '') as foreign_id,
        arg_max(website, place) filter (where website <> '') as website,
        arg_max(trait ->> '$.industry', place) filter (where trait ->> '$.industry' <> '') as industry,
        arg_max(employees, place) filter (where employees <> '') as employees,
        arg_max(country, place) filter (where country <> '') as country,
        arg_max(city, place) filter (where city <> '') as city,
        arg_max(trait ->> '$.segment', place) filter (where trait ->> '$.segment' <> '') as segment,
        arg_max(began_at, place) filter (where began_at <> '') as began_at, arg_min(called_at, place) as first_at,
        arg_max(called_at, place) as updated_at
    from named
    group by id
)

select
    _row_id,
    _loaded_at,
    custom,
    id as source_record_id,
    -- an id that does not say whose it is may be that of any one other system
    case when foreign_id like '%:%' then foreign_id else '*:' || foreign_id end as external_id,
    coalesce(name, id) as name,
    website,
    industry,
    -- a range such as "11-50" is no number; it stays in `custom`
    case when regexp_matches(employees, '^\d+$') then employees end as employee_count,
    country,
    city,
    segment,
    case
        when regexp_matches(began_at, '^\d{13}$') then cast(to_timestamp(began_at::bigint / 1000) as varchar)
        when regexp_matches(began_at, '^\d{10}$') then cast(to_timestamp(began_at::bigint) as varchar)
        else coalesce(began_at, first_at)
    end as created_at,
    updated_at
from one

with said as (
    select c._row_id, c._loaded_at, c.id, c.create_time, true as is_primary, try_cast(c.web_addr as json) ->> '$.URI' as address
    from raw_quickbooks.customers__latest as c
    union all
    -- where the bill is sent is a hint only: identity leaves free-mail and shared domains out
    select c._row_id, c._loaded_at, c.id, c.create_time, false, split_part(trim(t.one), '@', 2)
    from raw_quickbooks.customers__latest as c,
        unnest(string_split(try_cast(c.primary_email_addr as json) ->> '$.Address', ',')) as t (one)
    union all
    select l._row_id, l._loaded_at, trim(l.customer_full_name), null, false, split_part(trim(t.one), '@', 2)
    from raw_quickbooks.customer_contact_list__latest as l, unnest(string_split(l.email, ',')) as t (one)
    where lower(trim(l.customer_full_name)) not in (select lower(coalesce(fully_qualified_name, display_name))
        from raw_quickbooks.customers__latest where coalesce(fully_qualified_name, display_name) is not null)
),
cleaned as (
    select
        s._row_id, s._loaded_at, s.id, s.create_time, s.is_primary,
        regexp_replace(
            regexp_replace(lower(trim(s.address)), '^([a-z]+://)?(www\.)?', '', 'g'), '[:/?#].*$', '', 'g'
        ) as domain
    from said as s
    where s.id not in (select id from raw_quickbooks.customers__latest where lower(is_project) = 'true')
)
select
    min(_row_id) as _row_id,
    max(_loaded_at) as _loaded_at,
    id || ':' || domain as source_record_id,
    id as company_id,
    domain,
    bool_or(is_primary) as is_primary,
    min(create_time) as created_at
from cleaned
where domain <> ''
group by id, domain

with home as (
    -- without several currencies QuickBooks names none: all is in the company's own
    select arg_max(coalesce(try_cast(home_currency as json) ->> '$.value', home_currency), _loaded_at) as currency
    from raw_quickbooks.preferences__latest
),
link as (
    -- another system's id stands in a custom field that is named after it, such as "HubSpot company id"
    select
        c.id, lower(regexp_replace(t.one ->> '$.Name', '[^A-Za-z]', '', 'g')) as said,
        coalesce(t.one ->> '$.StringValue', t.one ->> '$.NumberValue') as value
    from raw_quickbooks.customers__latest as c, unnest(try_cast(try_cast(c.custom_field as json) as json[])) as t (one)
),
linked as (
    select id, min(concat(case
        when said = 'hubspotcompanyid' then 'hubspot:' when said = 'salesforceaccountid' then 'salesforce:'
        when said = 'stripecustomerid' then 'stripe:' when said = 'chargebeecustomerid' then 'chargebee:'
        when said = 'planhatcompanyid' then 'planhat:' end, trim(value))) as external_id
    from link
    where trim(value) <> '' and said in ('hubspotcompanyid', 'salesforceaccountid', 'stripecustomerid', 'chargebeecustomerid',
        'planhatcompanyid')
    group by id
),
customer as (
    select
        c.*, try_cast(c.bill_addr as json) as place, try_cast(c.parent_ref as json) ->> '$.value' as parent_id,
        regexp_replace(c.display_name, ' \(deleted\)$', '', 'g') as shown
    from raw_quickbooks.customers__latest as c
    where lower(coalesce(c.is_project, 'false')) <> 'true'
),
said as (
    -- the contact list names customers only; one that the API gave is known by its id
    select
        min(l._row_id) as _row_id, max(l._loaded_at) as _loaded_at, trim(l.customer_full_name) as name,
        arg_max(l.company, l._loaded_at) as company, arg_max(l.bill_address, l._loaded_at) as address,
        arg_max(l.phone_numbers, l._loaded_at) as phones, arg_max(l.website, l._loaded_at) as website
    from raw_quickbooks.customer_contact_list__latest as l
    where trim(l.customer_full_name) <> '' and not regexp_matches(l.customer_full_name, '^TOTAL$|\d\d:\d\d .*GMT')
        and lower(trim(l.customer_full_name)) not in (select lower(coalesce(fully_qualified_name, display_name))
            from raw_quickbooks.customers__latest where coalesce(fully_qualified_name, display_name) is not null)
    group by trim(l.customer_full_name)
)
select
    c._row_id,
    c._loaded_at,
    c.custom,
    c.id as source_record_id,
    l.external_id,
    -- a sub-customer carries its parent's company name
    coalesce(case when c.parent_id is null then nullif(trim(c.company_name), '') end, c.shown, c.fully_qualified_name, c.id) as name,
    try_cast(c.web_addr as json) ->> '$.URI' as website,
    upper(coalesce(try_cast(c.currency_ref as json) ->> '$.value', h.currency)) as currency,
    c.place ->> '$.Country' as country,
    c.place ->> '$.CountrySubDivisionCode' as state,
    c.place ->> '$.City' as city,
    nullif(concat_ws(', ', c.place ->> '$.Line1', c.place ->> '$.Line2', c.place ->> '$.Line3'), '') as address,
    c.place ->> '$.PostalCode' as postal_code,
    coalesce(try_cast(c.primary_phone as json) ->> '$.FreeFormNumber', try_cast(c.mobile as json) ->> '$.FreeFormNumber') as phone,
    c.parent_id as parent_company_id,
    c.create_time as created_at,
    c.last_updated_time as updated_at,
    -- a name list keeps what is deleted, as inactive
    coalesce(d.last_updated_time, case when lower(c.active) = 'false' then coalesce(c.last_updated_time, cast(c._loaded_at as varchar))
    end) as source_deleted_at
from customer as c
cross join home as h
left join linked as l on c.id = l.id
left join raw_quickbooks.deletions__latest as d on d.entity = 'Customer' and c.id = d.id
union all
select
    s._row_id, s._loaded_at, null, s.name, null, coalesce(nullif(trim(s.company), ''), s.name), s.website, upper(h.currency), null, null,
    null, nullif(trim(regexp_replace(s.address, '\s*[\r\n]+\s*', ', ', 'g')), ''), null,
    nullif(regexp_extract(s.phones, 'Phone:\s*([^:]*?)\s*(Mobile:|Fax:|Other:|$)', 1), ''), null, null, null, null
from said as s
cross join home as h

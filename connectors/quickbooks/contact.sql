-- A customer's own person has the first address; what else stands behind a comma is somebody known by address alone.
with addressed as (
    select
        c.*, trim(t.one) as mail, row_number() over (partition by c.id order by strpos(try_cast(c.primary_email_addr as json)
            ->> '$.Address', t.one)) as nth
    from raw_quickbooks.customers__latest as c,
        unnest(string_split(try_cast(c.primary_email_addr as json) ->> '$.Address', ',')) as t (one)
    where trim(t.one) <> '' and lower(coalesce(c.is_project, 'false')) <> 'true'
),
listed as (
    select
        min(l._row_id) as _row_id, max(l._loaded_at) as _loaded_at, trim(l.customer_full_name) as customer,
        lower(trim(t.one)) as mail, arg_max(nullif(trim(l.full_name), ''), l._loaded_at) as person,
        arg_max(lower(trim(t.one)) = lower(trim(split_part(l.email, ',', 1))), l._loaded_at) as is_first
    from raw_quickbooks.customer_contact_list__latest as l, unnest(string_split(l.email, ',')) as t (one)
    where trim(t.one) <> '' and lower(trim(l.customer_full_name)) not in (select lower(coalesce(fully_qualified_name,
        display_name)) from raw_quickbooks.customers__latest where coalesce(fully_qualified_name, display_name) is not null)
    group by trim(l.customer_full_name), lower(trim(t.one))
)
select
    a._row_id,
    a._loaded_at,
    a.id || case when a.nth > 1 then ':' || a.nth else '' end as source_record_id,
    coalesce(case when a.nth = 1 then nullif(concat_ws(' ', a.given_name, a.family_name), '') end, lower(a.mail)) as name,
    case when a.nth = 1 then a.given_name end as first_name,
    case when a.nth = 1 then a.family_name end as last_name,
    try_cast(a.bill_addr as json) ->> '$.Country' as country,
    a.create_time as created_at,
    a.last_updated_time as updated_at,
    coalesce(d.last_updated_time, case when lower(a.active) = 'false' then coalesce(a.last_updated_time, cast(a._loaded_at as varchar))
    end) as source_deleted_at
from addressed as a
left join raw_quickbooks.deletions__latest as d on d.entity = 'Customer' and a.id = d.id
union all
select _row_id, _loaded_at, customer || ':' || mail, coalesce(case when is_first then person end, mail), null, null, null, null, null, null
from listed

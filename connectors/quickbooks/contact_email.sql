with addressed as (
    select
        c._row_id, c._loaded_at, c.id, c.create_time, lower(trim(t.one)) as mail, row_number() over (partition by c.id
            order by strpos(try_cast(c.primary_email_addr as json) ->> '$.Address', t.one)) as nth
    from raw_quickbooks.customers__latest as c,
        unnest(string_split(try_cast(c.primary_email_addr as json) ->> '$.Address', ',')) as t (one)
    where trim(t.one) <> '' and lower(coalesce(c.is_project, 'false')) <> 'true'
),
written as (
    select _row_id, _loaded_at, id || case when nth > 1 then ':' || nth else '' end as contact_id, mail, create_time
    from addressed
    union all
    select min(l._row_id), max(l._loaded_at), trim(l.customer_full_name) || ':' || lower(trim(t.one)), lower(trim(t.one)), null
    from raw_quickbooks.customer_contact_list__latest as l, unnest(string_split(l.email, ',')) as t (one)
    where trim(t.one) <> '' and lower(trim(l.customer_full_name)) not in (select lower(coalesce(fully_qualified_name,
        display_name)) from raw_quickbooks.customers__latest where coalesce(fully_qualified_name, display_name) is not null)
    group by trim(l.customer_full_name), lower(trim(t.one))
)
select
    _row_id,
    _loaded_at,
    contact_id || ':' || mail as source_record_id,
    contact_id,
    mail as address,
    true as is_primary,
    create_time as created_at
from written

select
    _row_id,
    _loaded_at,
    id as source_record_id,
    id as product_id,
    coalesce(try_cast(income_account_ref as json) ->> '$.name', try_cast(income_account_ref as json) ->> '$.value') as gl_account,
    coalesce(try_cast(sales_tax_code_ref as json) ->> '$.name', try_cast(sales_tax_code_ref as json) ->> '$.value') as tax_code,
    create_time as created_at,
    last_updated_time as updated_at
from raw_quickbooks.items__latest
where (try_cast(income_account_ref as json) ->> '$.value') is not null
union all
select
    min(_row_id), max(_loaded_at), trim(product_service), trim(product_service), arg_max(income_account, _loaded_at), null, null, null
from raw_quickbooks.product_service_list__latest
where trim(income_account) <> '' and lower(trim(product_service)) not in (select lower(coalesce(fully_qualified_name, name))
    from raw_quickbooks.items__latest where coalesce(fully_qualified_name, name) is not null)
group by trim(product_service)

-- An item's price is in the company's own currency and for one unit, sold once.
with home as (
    select arg_max(coalesce(try_cast(home_currency as json) ->> '$.value', home_currency), _loaded_at) as currency
    from raw_quickbooks.preferences__latest
),
priced as (
    select
        _row_id, _loaded_at, id, unit_price as price, lower(coalesce(active, 'true')) = 'true' as is_active, create_time, last_updated_time
    from raw_quickbooks.items__latest
    where coalesce(type, '') not in ('Category', 'Group')
    union all
    select
        min(_row_id), max(_loaded_at), trim(product_service), replace(replace(arg_max(price, _loaded_at), ',', ''), '$', ''), true,
        null, null
    from raw_quickbooks.product_service_list__latest
    where trim(product_service) <> '' and not regexp_matches(product_service, '^TOTAL$|\d\d:\d\d .*GMT')
        and lower(trim(product_service)) not in (select lower(coalesce(fully_qualified_name, name))
            from raw_quickbooks.items__latest where coalesce(fully_qualified_name, name) is not null)
    group by trim(product_service)
)
select
    p._row_id,
    p._loaded_at,
    p.id as source_record_id,
    p.id as product_id,
    upper(h.currency) as currency,
    p.price as unit_amount,
    'per_unit' as pricing_model,
    p.is_active,
    p.create_time as created_at,
    p.last_updated_time as updated_at
from priced as p
cross join home as h
where trim(p.price) <> ''

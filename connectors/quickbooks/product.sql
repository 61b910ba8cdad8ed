with listed as (
    select
        min(_row_id) as _row_id, max(_loaded_at) as _loaded_at, trim(product_service) as name, arg_max(sku, _loaded_at) as sku,
        arg_max(description, _loaded_at) as description, arg_max(category, _loaded_at) as category
    from raw_quickbooks.product_service_list__latest
    where trim(product_service) <> '' and not regexp_matches(product_service, '^TOTAL$|\d\d:\d\d .*GMT')
        and coalesce(type, '') <> 'Category'
        and lower(trim(product_service)) not in (select lower(coalesce(fully_qualified_name, name))
            from raw_quickbooks.items__latest where coalesce(fully_qualified_name, name) is not null)
    group by trim(product_service)
)
select
    i._row_id,
    i._loaded_at,
    i.custom,
    i.id as source_record_id,
    coalesce(nullif(trim(i.sku), ''), i.id) as sku,
    regexp_replace(i.name, ' \(deleted\)$', '', 'g') as name,
    i.description,
    coalesce(try_cast(i.parent_ref as json) ->> '$.name',
        case when contains(i.fully_qualified_name, ':') then regexp_replace(i.fully_qualified_name, ':[^:]*$', '', 'g') end) as category,
    lower(coalesce(i.active, 'true')) = 'true' as is_active,
    i.create_time as created_at,
    i.last_updated_time as updated_at,
    coalesce(d.last_updated_time, case when lower(i.active) = 'false' then coalesce(i.last_updated_time, cast(i._loaded_at as varchar))
    end) as source_deleted_at
from raw_quickbooks.items__latest as i
left join raw_quickbooks.deletions__latest as d on d.entity = 'Item' and i.id = d.id
-- categories only group what is sold
where coalesce(i.type, '') <> 'Category'
union all
select
    _row_id, _loaded_at, null, name, coalesce(nullif(trim(sku), ''), name), regexp_replace(name, '^.*:', '', 'g'), description,
    coalesce(category, case when contains(name, ':') then regexp_replace(name, ':[^:]*$', '', 'g') end), true, null, null, null
from listed

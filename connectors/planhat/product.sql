with sold as (
    select l._row_id, l._loaded_at, trim(l.product) as name from raw_planhat.licenses__latest as l
    union all
    select s._row_id, s._loaded_at, trim(s.product) from raw_planhat.sales__latest as s
    union all
    select i._row_id, i._loaded_at, coalesce(trim(i.product), trim(i.name)) from raw_planhat.lineitems__latest as i
    where i.product_id is null
),
named as (
    -- licenses and sales name their product; one that the catalogue does not have is known by its name
    select min(s._row_id) as _row_id, max(s._loaded_at) as _loaded_at, s.name
    from sold as s
    where s.name <> '' and lower(s.name) not in (
        select lower(trim(p.name)) from raw_planhat.products__latest as p where p.name is not null
    )
    group by s.name
)
select
    p._row_id,
    p._loaded_at,
    nullif(json_merge_patch(coalesce(p.custom, '{}'), coalesce(try_cast(p.custom_fields as json), '{}')), '{}') as custom,
    p.id as source_record_id,
    coalesce(nullif(trim(p.external_id), ''), p.id) as sku,
    trim(p.name) as name,
    coalesce(p.description, try_cast(p.custom_fields as json) ->> '$.Description') as description,
    coalesce(try_cast(p.packages as json) ->> '$[0]', p.packages, p.type) as category,
    coalesce(p.created_at, p.create_date) as created_at,
    p.updated_at
from raw_planhat.products__latest as p
union all
select
    n._row_id, n._loaded_at, null as custom, n.name as source_record_id, n.name as sku, n.name,
    null as description, null as category, null as created_at, null as updated_at
from named as n

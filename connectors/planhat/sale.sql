with named as (
    select lower(trim(c.name)) as name, min(c.id) as id
    from raw_planhat.companies__latest as c
    group by all
    having count(*) = 1
),
catalogue as (
    select lower(trim(p.name)) as name, min(p.id) as id from raw_planhat.products__latest as p group by all
),
sold as (
    select
        s._row_id, s._loaded_at, s.custom, s.custom_fields, s.id, s.company_id, s.company_name, s.opportunity_id,
        null as product_id, trim(s.product) as product, s.sales_date, s.value, s.currency,
        coalesce(s.created_at, s.create_date) as created_at, s.updated_at
    from raw_planhat.sales__latest as s
    union all
    -- a fee of a deal that was won
    select
        i._row_id, i._loaded_at, i.custom, i.custom_fields, i.id, i.company_id, i.company_name, i.deal_id,
        i.product_id, trim(coalesce(i.product, i.name)), i.from_date, i.value, i.currency,
        coalesce(i.created_at, i.create_date), i.updated_at
    from raw_planhat.lineitems__latest as i
    join raw_planhat.deals__latest as d on i.deal_id = d.id
    where lower(i.type) = 'fee' and regexp_replace(lower(d.stage), '[^a-z]', '', 'g') in ('closedwon', 'won')
)
select
    s._row_id,
    s._loaded_at,
    nullif(json_merge_patch(coalesce(s.custom, '{}'), coalesce(try_cast(s.custom_fields as json), '{}')), '{}') as custom,
    s.id as source_record_id,
    coalesce(s.company_id, n.id) as company_id,
    coalesce(s.product_id, c.id, nullif(s.product, '')) as product_id,
    s.opportunity_id,
    s.sales_date as sold_on,
    coalesce(cast(round(try_cast(s.value as decimal(34, 16)), 4) as varchar), s.value) as amount,
    upper(coalesce(try_cast(s.currency as json) ->> '$._id', s.currency)) as currency,
    s.product as description,
    s.created_at,
    s.updated_at
from sold as s
left join named as n on lower(trim(s.company_name)) = n.name
left join catalogue as c on lower(s.product) = c.name

-- Chargebee keeps the books' codes at each price; a product has those of its prices where they agree.
with price as (
    select
        p._row_id, p._loaded_at, p.item_id, i.type, lower(i.metered) = 'true' as is_metered,
        try_cast(p.accounting_detail as json) ->> '$.accounting_code' as account,
        coalesce(
            try_cast(p.tax_detail as json) ->> '$.tax_profile_id', try_cast(p.tax_detail as json) ->> '$.avalara_tax_code',
            try_cast(p.tax_detail as json) ->> '$.taxjar_product_code'
        ) as tax_code
    from raw_chargebee.item_prices__latest as p
    left join raw_chargebee.items__latest as i on p.item_id = i.id
)
select
    min(_row_id) as _row_id,
    max(_loaded_at) as _loaded_at,
    item_id as source_record_id,
    item_id as product_id,
    case when count(distinct account) = 1 then min(account) end as gl_account,
    case when count(distinct tax_code) = 1 then min(tax_code) end as tax_code,
    case
        when bool_or(is_metered) then 'usage'
        when min(type) = 'charge' then 'one_time'
        when min(type) is not null then 'recurring'
    end as revenue_type
from price
where item_id is not null
group by item_id

with price as (
    select
        p.*, lower(i.metered) = 'true' as is_metered, coalesce(p.item_type, i.type) as kind,
        -- minor units as in ISO 4217
        case
            when strpos('BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF', upper(p.currency_code)) > 0
                then 1.000
            when strpos('BHD IQD JOD KWD LYD OMR TND', upper(p.currency_code)) > 0 then 0.001
            else 0.010
        end as unit
    from raw_chargebee.item_prices__latest as p
    left join raw_chargebee.items__latest as i on p.item_id = i.id
)
select
    _row_id,
    _loaded_at,
    nullif(
        json_merge_patch(coalesce(custom, '{}'), coalesce(cast(try_cast(metadata as json) as varchar), '{}')), '{}'
    ) as custom,
    id as source_record_id,
    item_id as product_id,
    upper(currency_code) as currency,
    case when pricing_model in ('tiered', 'volume', 'stairstep') then null else
        coalesce(
            price_in_decimal,
            cast(case when price not like '%.%' then try_cast(price as decimal(34, 12)) end * unit as varchar), price
        )
    end as unit_amount,
    case when coalesce(kind, '') <> 'charge' then period_unit end as billing_interval,
    case when coalesce(kind, '') <> 'charge' and period_unit is not null then coalesce(period, '1') end as interval_count,
    case
        when is_metered then 'metered'
        when pricing_model = 'flat_fee' then 'flat'
        -- one amount for the whole quantity, by the step that it falls in
        when pricing_model = 'stairstep' then 'volume'
        when pricing_model = 'package' then 'per_unit'
        else pricing_model
    end as pricing_model,
    tiers,
    status = 'active' as is_active,
    coalesce(cast(to_timestamp(try_cast(created_at as decimal(11, 0))) at time zone 'UTC' as varchar), created_at)
        as created_at,
    coalesce(cast(to_timestamp(try_cast(updated_at as decimal(11, 0))) at time zone 'UTC' as varchar), updated_at)
        as updated_at,
    case when status = 'deleted' or lower(deleted) = 'true' then
        coalesce(cast(to_timestamp(try_cast(updated_at as decimal(11, 0))) at time zone 'UTC' as varchar), updated_at,
            cast(_loaded_at as varchar))
    end as source_deleted_at
from price

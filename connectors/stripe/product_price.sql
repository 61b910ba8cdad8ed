with price as (
    select
        p.*,
        coalesce(try_cast(p.recurring as json) ->> '$.interval', p.recurring_interval) as period,
        coalesce(try_cast(p.recurring as json) ->> '$.interval_count', p.recurring_interval_count) as period_count,
        coalesce(try_cast(p.recurring as json) ->> '$.usage_type', p.recurring_usage_type) as usage_type,
        coalesce(p.unit_amount_decimal, p.unit_amount) as minor,
        -- Stripe's own minor units: ISK and UGX count in hundredths here, unlike in ISO 4217
        case
            when strpos('BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF', upper(p.currency)) > 0 then 1.000
            when strpos('BHD JOD KWD OMR TND', upper(p.currency)) > 0 then 0.001
            else 0.010
        end as unit
    from raw_stripe.prices__latest as p
)
select
    _row_id,
    _loaded_at,
    custom,
    id as source_record_id,
    coalesce(try_cast(product as json) ->> '$.id', product) as product_id,
    upper(currency) as currency,
    coalesce(
        cast(try_cast(minor as decimal(34, 12)) * unit as varchar), minor,
        regexp_replace(amount_in_units, '^(-?\d+),(\d{1,2})$', '\1.\2', 'g')
    ) as unit_amount,
    period as billing_interval,
    case when period is not null then coalesce(period_count, '1') end as interval_count,
    case
        when usage_type = 'metered' then 'metered'
        when billing_scheme = 'tiered' and tiers_mode = 'volume' then 'volume'
        when billing_scheme = 'tiered' then 'tiered'
        when billing_scheme is null then 'per_unit'
        else billing_scheme
    end as pricing_model,
    tiers,
    active as is_active,
    coalesce(cast(to_timestamp(try_cast(created as decimal(11, 0))) at time zone 'UTC' as varchar), created) as created_at,
    case when lower(deleted) = 'true' then _loaded_at end as source_deleted_at
from price

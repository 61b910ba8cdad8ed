with coupon as (
    select
        *,
        -- Stripe's own minor units: ISK and UGX count in hundredths here, unlike in ISO 4217
        case
            when strpos('BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF', upper(currency)) > 0 then 1.000
            when strpos('BHD JOD KWD OMR TND', upper(currency)) > 0 then 0.001
            else 0.010
        end as unit,
        -- a coupon for just one product is for that one
        case when json_array_length(try_cast(applies_to as json), '$.products') = 1
                then try_cast(applies_to as json) ->> '$.products[0]'
        end as only_product
    from raw_stripe.coupons__latest
)

select
    _row_id,
    _loaded_at,
    custom,
    id as source_record_id,
    name,
    id as code,
    percent_off,
    coalesce(cast(try_cast(amount_off as decimal(34, 12)) * unit as varchar), amount_off) as amount_off,
    upper(currency) as currency,
    duration,
    duration_in_months as duration_months,
    only_product as product_id,
    valid as is_active,
    case when regexp_matches(redeem_by, '^\d{9,10}$') then to_timestamp(cast(redeem_by as bigint))::varchar else redeem_by end
        as valid_until,
    max_redemptions,
    case when regexp_matches(created, '^\d{9,10}$') then to_timestamp(cast(created as bigint))::varchar else created end
        as created_at
from coupon

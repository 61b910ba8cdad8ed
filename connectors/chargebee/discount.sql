with named as (
    -- a coupon for just one price is for that price's product
    select c.id, min(p.item_id) as item_id
    from raw_chargebee.coupons__latest as c, unnest(try_cast(try_cast(c.item_constraints as json) as json[])) as t (rule),
        unnest(try_cast(t.rule -> '$.item_price_ids' as json[])) as u (price)
    left join raw_chargebee.item_prices__latest as p on (u.price ->> '$') = p.id
    where (t.rule ->> '$.constraint') = 'specific'
    group by c.id
    having count(distinct p.item_id) = 1 and count(*) = count(p.item_id)
),
coupon as (
    select
        c.*, n.item_id, coalesce(c.period, c.duration_month) as length,
        case
            when strpos('BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF', upper(c.currency_code)) > 0
                then 1.000
            when strpos('BHD IQD JOD KWD LYD OMR TND', upper(c.currency_code)) > 0 then 0.001
            else 0.010
        end as unit
    from raw_chargebee.coupons__latest as c
    left join named as n on c.id = n.id
)
select
    _row_id,
    _loaded_at,
    custom,
    id as source_record_id,
    name,
    id as code,
    case when discount_type = 'percentage' then discount_percentage end as percent_off,
    case when discount_type = 'fixed_amount' then coalesce(
        cast(case when discount_amount not like '%.%' then try_cast(discount_amount as decimal(34, 12)) end * unit
            as varchar), discount_amount) end as amount_off,
    upper(currency_code) as currency,
    case duration_type when 'one_time' then 'once' when 'limited_period' then 'repeating' else duration_type end
        as duration,
    case when duration_type = 'limited_period' then
        case coalesce(period_unit, 'month')
            when 'month' then length
            when 'year' then cast(try_cast(length as bigint) * 12 as varchar)
        end
    end as duration_months,
    item_id as product_id,
    status = 'active' as is_active,
    coalesce(cast(to_timestamp(try_cast(valid_till as decimal(11, 0))) at time zone 'UTC' as varchar), valid_till)
        as valid_until,
    max_redemptions,
    coalesce(cast(to_timestamp(try_cast(created_at as decimal(11, 0))) at time zone 'UTC' as varchar), created_at)
        as created_at,
    coalesce(cast(to_timestamp(try_cast(updated_at as decimal(11, 0))) at time zone 'UTC' as varchar), updated_at)
        as updated_at,
    case when status = 'deleted' or lower(deleted) = 'true' then
        coalesce(cast(to_timestamp(try_cast(updated_at as decimal(11, 0))) at time zone 'UTC' as varchar), updated_at,
            cast(_loaded_at as varchar))
    end as source_deleted_at
from coupon

with priced as (
    -- a price per currency of the portal: hs_price_eur, hs_price_usd ...; `price` alone does not say its currency
    select
        p._row_id, p._loaded_at, p.id, p.archived, p.archived_at, p.updated_at, p.hs_status, p.hs_pricing_model,
        p.recurringbillingfrequency,
        upper(substr(k.property, 10)) as currency,
        try_cast(p.custom as json) ->> ('$.' || k.property) as amount
    from raw_hubspot.products__latest as p, unnest(json_keys(try_cast(p.custom as json))) as k (property)
    where regexp_matches(k.property, '^hs_price_[a-z]{3}$')
)
select
    p._row_id,
    p._loaded_at,
    p.id || ':' || p.currency as source_record_id,
    p.id as product_id,
    p.currency,
    p.amount as unit_amount,
    case
        when p.recurringbillingfrequency in ('weekly', 'biweekly') then 'week'
        when p.recurringbillingfrequency in ('monthly', 'quarterly', 'per_six_months') then 'month'
        when p.recurringbillingfrequency = 'annually' or p.recurringbillingfrequency like 'per_%_years' then 'year'
        else p.recurringbillingfrequency
    end as billing_interval,
    case p.recurringbillingfrequency
        when 'weekly' then 1
        when 'biweekly' then 2
        when 'monthly' then 1
        when 'quarterly' then 3
        when 'per_six_months' then 6
        when 'annually' then 1
        when 'per_two_years' then 2
        when 'per_three_years' then 3
        when 'per_four_years' then 4
        when 'per_five_years' then 5
    end as interval_count,
    case coalesce(lower(p.hs_pricing_model), 'flat')
        when 'flat' then 'per_unit'
        when 'graduated' then 'tiered'
        else lower(p.hs_pricing_model)
    end as pricing_model,
    coalesce(lower(p.archived), 'false') <> 'true' and coalesce(lower(p.hs_status), 'active') = 'active' as is_active,
    case when lower(p.archived) = 'true' then coalesce(p.archived_at, p.updated_at) end as source_deleted_at
from priced as p
where p.amount <> ''

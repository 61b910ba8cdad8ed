with paced as (
    select
        e.*,
        case when lower(p.revenue_schedule_type) = 'repeat' then lower(p.revenue_installment_period)
            else lower(p.billing_frequency_c) end as rhythm
    from raw_salesforce.pricebook_entries__latest as e
    left join raw_salesforce.products__latest as p on e.product2_id = p.id
)
select
    p._row_id,
    p._loaded_at,
    p.custom,
    p.id as source_record_id,
    p.product2_id as product_id,
    upper(p.currency_iso_code) as currency,
    p.unit_price as unit_amount,
    case
        when p.rhythm = 'daily' then 'day'
        when p.rhythm = 'weekly' then 'week'
        when p.rhythm in ('monthly', 'quarterly', 'semiannual', 'semi-annual') then 'month'
        when p.rhythm in ('yearly', 'annual', 'annually') then 'year'
    end as billing_interval,
    case
        when p.rhythm in ('daily', 'weekly', 'monthly', 'yearly', 'annual', 'annually') then 1
        when p.rhythm = 'quarterly' then 3
        when p.rhythm in ('semiannual', 'semi-annual') then 6
    end as interval_count,
    'per_unit' as pricing_model,
    lower(p.is_active) in ('true', '1') and coalesce(lower(p.is_deleted), 'false') not in ('true', '1') as is_active,
    p.created_date as created_at,
    coalesce(p.system_modstamp, p.last_modified_date) as updated_at,
    case
        when lower(p.is_deleted) in ('true', '1') then coalesce(p.system_modstamp, cast(p._loaded_at as varchar))
    end as source_deleted_at
from paced as p
-- without several currencies Salesforce does not say which one a price is in
where p.currency_iso_code is not null

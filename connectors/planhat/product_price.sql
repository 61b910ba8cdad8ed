with priced as (
    -- a subscription's default price is a month's, a fee's its value
    select
        p.*, lower(coalesce(p.type, 'subscription')) = 'fee' as is_fee,
        case when lower(p.type) = 'fee' then p.value else coalesce(p.mrr, p.value) end as amount
    from raw_planhat.products__latest as p
)
select
    p._row_id,
    p._loaded_at,
    p.id || ':default' as source_record_id,
    p.id as product_id,
    upper(coalesce(try_cast(p.currency as json) ->> '$._id', p.currency)) as currency,
    coalesce(cast(round(try_cast(p.amount as decimal(34, 16)), 12) as varchar), p.amount) as unit_amount,
    case when not p.is_fee then 'month' end as billing_interval,
    case when not p.is_fee then '1' end as interval_count,
    'flat' as pricing_model
from priced as p
where p.amount is not null and p.currency is not null

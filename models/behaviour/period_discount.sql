-- Discounts that run when a billing period begins: of one of its items, or of the whole bill.
with period as (
    select distinct subscription_id, currency, period_start, period_end
    from behaviour.billing_period
)

select
    p.subscription_id, p.currency, p.period_start, p.period_end, d.subscription_discount_id, d.item, d.percent_off,
    case when coalesce(d.currency, p.currency) = p.currency then d.amount_off end as amount_off, d.starts_at
from period as p
join objects.subscription_discount as d on p.subscription_id = d.subscription_id
    and p.period_start >= d.starts_at and (d.ends_at is null or p.period_start < d.ends_at)
where d.source_deleted_at is null

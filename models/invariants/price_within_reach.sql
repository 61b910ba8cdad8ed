-- No item costs more than 10^15 a month, whatever the currency: such a row is a mistake and counts nowhere.
-- severity: warn
select distinct v.subscription_version_id, v.subscription_id, v.item, v.quantity, v.unit_amount, v.currency,
    v.billing_interval
from objects.subscription_version as v
join policy.revenue_set_interval as i on v.billing_interval = i.billing_interval
where not v.is_metered
    and abs(cast(v.quantity as double) * cast(v.unit_amount as double)) * i.numerator
    > 1e15 * i.denominator * v.interval_count

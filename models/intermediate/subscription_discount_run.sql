-- Discounts that count in each set of rules, over [runs_from, runs_to).
select
    counted.policy_id, d.subscription_discount_id, d.subscription_id, d.item, d.percent_off, d.amount_off, d.currency,
    d.duration, d.starts_at as runs_from, d.ends_at as runs_to
from objects.subscription_discount as d
join policy.revenue_set_counted_discounts as counted on d.duration = counted.value
where d.ends_at is null or d.starts_at < d.ends_at

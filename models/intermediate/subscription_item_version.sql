-- Versions of items that count in each set of rules, over [runs_from, runs_to), with the price of a billing period: quantity
-- times unit amount, or the minimum that is committed for a metered item. Where invoices are what counts, these are the
-- subscriptions of companies that have none.
-- More than 10^15 a month is no price: such a row is left out, and the invariant `price_within_reach` names it.
with counted as (
    select
        p.policy_id, r.* exclude (runs_to, canceled_at, is_metered, quantity, unit_amount),
        case when p.cancellation = 'at_notice' then least(r.runs_to, r.canceled_at) else r.runs_to end as runs_to,
        case when r.is_metered then 1 else r.quantity end as quantity,
        case when r.is_metered then r.committed_amount else r.unit_amount end as unit_amount,
        r.is_metered, i.numerator, i.denominator * r.interval_count as divisor
    from intermediate.subscription_version_run as r
    join policy.revenue_set_counted_statuses as counted on r.status = counted.value
    join policy.revenue_set as p on counted.policy_id = p.policy_id
    join policy.revenue_set_interval as i on counted.policy_id = i.policy_id and r.billing_interval = i.billing_interval
    where r.company_id is not null
        and (not r.is_metered or (p.committed_minimum = 'in' and r.committed_amount is not null))
        and (p.basis = 'subscription' or r.company_id not in (select l.company_id from intermediate.billed_line_run as l))
),

standing as (
    select
        c.* exclude (runs_from, runs_to),
        greatest(c.runs_from, g.counts_from) as runs_from, least(c.runs_to, g.counts_to) as runs_to,
        floor(c.quantity) as whole_quantity, floor(c.unit_amount) as whole_amount
    from counted as c
    left join intermediate.subscription_in_good_standing as g
        on c.policy_id = g.policy_id and c.subscription_id = g.subscription_id
    where abs(cast(c.quantity as double) * cast(c.unit_amount as double)) * c.numerator <= 1e15 * c.divisor
)

-- Only fractions are multiplied at 24 places: a product with that many has no room for 10^14 and more.
select
    policy_id, subscription_version_id, subscription_id, company_id, item, product_id, currency, billing_interval,
    interval_count, quantity, unit_amount, is_metered, numerator, divisor, runs_from,
    case when runs_to < cast('9999-12-31' as timestamp) then runs_to end as runs_to,
    whole_quantity * unit_amount + (quantity - whole_quantity) * whole_amount
    + cast((quantity - whole_quantity) * (unit_amount - whole_amount) as decimal(38, 12)) as period_amount
from standing
where runs_to is null or runs_from < runs_to

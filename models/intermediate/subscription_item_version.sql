-- Versions of items that count: the snapshots [month_from, month_to) at which they run and the price of a billing period.
-- The month after the last one stands for "once everything that is known today has happened".
-- More than 10^15 a month is no price: such a row is left out, and the invariant `price_within_reach` names it.
with counted as (
    select
        r.*, i.numerator, i.denominator * r.interval_count as divisor,
        floor(r.quantity) as whole_quantity, floor(r.unit_amount) as whole_amount
    from intermediate.subscription_version_run as r
    join policy.revenue_interval as i on r.billing_interval = i.billing_interval
    join policy.revenue_counted_statuses as counted on r.status = counted.value
    where not r.is_metered and r.company_id is not null
        and abs(cast(r.quantity as double) * cast(r.unit_amount as double)) * i.numerator
        <= 1e15 * i.denominator * r.interval_count
),

-- Only fractions are multiplied at 24 places: a product with that many has no room for 10^14 and more.
priced as (
    select
        subscription_version_id, subscription_id, company_id, item, product_id, currency, billing_interval, interval_count,
        numerator, divisor, runs_from, runs_to,
        whole_quantity * unit_amount + (quantity - whole_quantity) * whole_amount
        + cast((quantity - whole_quantity) * (unit_amount - whole_amount) as decimal(38, 12)) as period_amount
    from counted
),

last_month as (
    select max(month_no) as month_no from intermediate.month
),

placed as (
    select
        p.* exclude (runs_from, runs_to),
        coalesce(first_seen.month_no, l.month_no + 1) as month_from,
        case when p.runs_to is null then l.month_no + 2 else coalesce(first_gone.month_no, l.month_no + 1) end as month_to
    from priced as p
    cross join last_month as l
    left join intermediate.month as first_seen
        on p.runs_from >= first_seen.previous_snapshot_at and p.runs_from < first_seen.snapshot_at
    left join intermediate.month as first_gone
        on p.runs_to >= first_gone.previous_snapshot_at and p.runs_to < first_gone.snapshot_at
)

select * from placed where month_from < month_to

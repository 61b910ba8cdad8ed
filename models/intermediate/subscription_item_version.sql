-- Versions of items that count: the snapshots [month_from, month_to) at which they run and the price of a billing period.
-- The month after the last one stands for "once everything that is known today has happened".
with newest as (
    select *
    from objects.subscription_version
    where valid_to is null or valid_to > valid_from
    qualify row_number() over (
        partition by subscription_id, item, valid_from
        order by updated_at desc nulls last, loaded_at desc, subscription_version_id desc
    ) = 1
),

-- A later version of an item ends the one before it, so no instant of an item counts twice.
ended as (
    select
        * exclude (valid_to),
        least(valid_to, lead(valid_from) over (partition by subscription_id, item order by valid_from)) as valid_to
    from newest
),

-- A version also ends with its subscription, when the source drops the record, and at a cancellation that is known.
counted as (
    select
        v.subscription_version_id, v.subscription_id, s.company_id, v.item, v.product_id, v.currency,
        v.billing_interval, v.interval_count, v.valid_from,
        least(
            v.valid_to, v.source_deleted_at, s.source_deleted_at,
            case when s.ends_at < run.as_of or not coalesce(s.auto_renew, false) then s.ends_at end,
            case when s.cancel_at >= run.as_of then s.cancel_at end
        ) as valid_to,
        cast(v.quantity * v.unit_amount as decimal(38, 12)) as period_amount,
        i.numerator, i.denominator * v.interval_count as divisor
    from ended as v
    join objects.subscription as s on v.subscription_id = s.subscription_id
    cross join meta.run as run
    join policy.revenue_interval as i on v.billing_interval = i.billing_interval
    join policy.revenue_counted_statuses as counted on v.status = counted.value
    where not v.is_metered and s.company_id is not null
),

last_month as (
    select max(month_no) as month_no from intermediate.month
),

placed as (
    select
        v.* exclude (valid_from, valid_to),
        coalesce(first_seen.month_no, l.month_no + 1) as month_from,
        case when v.valid_to is null then l.month_no + 2 else coalesce(first_gone.month_no, l.month_no + 1) end as month_to
    from counted as v
    cross join last_month as l
    left join intermediate.month as first_seen
        on v.valid_from >= first_seen.previous_snapshot_at and v.valid_from < first_seen.snapshot_at
    left join intermediate.month as first_gone
        on v.valid_to >= first_gone.previous_snapshot_at and v.valid_to < first_gone.snapshot_at
)

select * from placed where month_from < month_to

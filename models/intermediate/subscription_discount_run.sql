-- Discounts that count, with the snapshots [month_from, month_to) at which they run.
with last_month as (
    select max(month_no) as month_no from intermediate.month
),

placed as (
    select
        d.subscription_id, d.item, d.percent_off, d.amount_off, d.currency,
        coalesce(first_seen.month_no, l.month_no + 1) as month_from,
        case when d.ends_at is null then l.month_no + 2 else coalesce(first_gone.month_no, l.month_no + 1) end as month_to
    from objects.subscription_discount as d
    join policy.revenue_counted_discounts as counted on d.duration = counted.value
    cross join last_month as l
    left join intermediate.month as first_seen
        on d.starts_at >= first_seen.previous_snapshot_at and d.starts_at < first_seen.snapshot_at
    left join intermediate.month as first_gone
        on d.ends_at >= first_gone.previous_snapshot_at and d.ends_at < first_gone.snapshot_at
)

select * from placed where month_from < month_to

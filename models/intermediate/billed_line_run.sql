-- Lines of invoices that tell of recurring revenue, and how long [runs_from, runs_to) they are billed for: in whole months
-- where the period is some (same day and time of day, or both at a month's end), else in seconds.
with dated as (
    select
        *, period_start as runs_from, period_end as runs_to,
        (year(period_end) - year(period_start)) * 12 + month(period_end) - month(period_start) as month_count,
        cast(period_start as time) = cast(period_end as time)
        and (
            day(period_start) = day(period_end)
            or (
                cast(period_start as date) = last_day(cast(period_start as date))
                and cast(period_end as date) = last_day(cast(period_end as date))
            )
        ) as is_whole
    from intermediate.billed_line
    where kind = 'recurring' and period_start < period_end and company_id is not null
)

select
    invoice_line_id, invoice_id, subscription_id, product_id, company_id, currency, quantity, unit_amount, gross_amount,
    net_amount, runs_from, runs_to,
    case when is_whole and month_count > 0 then month_count end as month_count,
    greatest(date_diff('microsecond', runs_from, runs_to) // 1000000, 1) as second_count
from dated

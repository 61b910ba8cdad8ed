-- Billing periods of subscriptions that reach into the window, with the line of each item that runs when one begins.
-- The first period that may, and so many after it as the window can hold.
with numbered as (
    select
        v.*, w.reach_from, w.window_to,
        greatest(
            case
                when v.months > 0
                    then floor(
                        ((year(w.reach_from) - year(v.anchor_at)) * 12 + month(w.reach_from) - month(v.anchor_at))
                        / v.months
                    ) - 1
                else floor(date_diff('day', v.anchor_at, w.reach_from) / v.days) - 1
            end, 0
        ) as first_no,
        (w.window_months + 1 + w.match_days / 28) * case when v.months > 0 then 1 else 31 end
        / greatest(v.months, v.days, 1) + 3 as period_count
    from behaviour.billed_version as v
    cross join behaviour.invoice_window as w
    where v.valid_from < w.window_to
),

placed as (
    select
        n.*,
        cast(n.anchor_at + interval '1' month * cast(n.months * (n.first_no + g.step) as integer)
            + interval '1' day * cast(n.days * (n.first_no + g.step) as integer) as timestamp) as period_start,
        cast(n.anchor_at + interval '1' month * cast(n.months * (n.first_no + g.step + 1) as integer)
            + interval '1' day * cast(n.days * (n.first_no + g.step + 1) as integer) as timestamp) as period_end
    from numbered as n
    join (select unnest(generate_series(0, 20000)) as step) as g on n.period_count >= g.step
)

select subscription_id, company_id, contract_id, item, product_id, currency, places, quantity, amount,
    period_start, period_end,
    source_system, source_record_id, loaded_at
from placed
where period_end > reach_from and period_start < window_to
    and period_start >= valid_from and (valid_to is null or period_start < valid_to)

-- Billing periods of subscriptions within the policy's window, with the price of each item that runs when one begins.
with horizon as (
    select
        b.*,
        cast(r.as_of - interval '1' month * b.expected_invoice_months_back as timestamp) as window_from,
        cast(r.as_of + interval '1' month * b.expected_invoice_months_ahead as timestamp) as window_to
    from policy.behaviour as b
    cross join meta.run as r
    where b.expected_invoices
),

billed as (
    select
        s.subscription_id, s.company_id, s.contract_id, v.item, v.currency, v.valid_from, v.source_system,
        v.source_record_id, v.loaded_at,
        least(v.valid_to, s.ends_at, s.cancel_at, s.paused_at) as valid_to,
        case when s.trial_ends_at > s.starts_at then s.trial_ends_at else s.starts_at end as anchor_at,
        cast(v.quantity * v.unit_amount as decimal(38, 12)) as amount,
        case v.billing_interval when 'year' then 12 when 'month' then 1 else 0 end * v.interval_count as months,
        case v.billing_interval when 'week' then 7 when 'day' then 1 else 0 end * v.interval_count as days
    from objects.subscription_version as v
    join objects.subscription as s on v.subscription_id = s.subscription_id
    join policy.revenue_counted_statuses as counted on v.status = counted.value
    where not v.is_metered and v.quantity * v.unit_amount > 0
        and v.source_deleted_at is null and s.source_deleted_at is null and s.company_id is not null
),

-- The first period that may lie in the window, and so many after it as the window can hold.
numbered as (
    select
        i.*, h.window_from, h.window_to,
        greatest(
            case
                when i.months > 0
                    then floor(
                        ((year(h.window_from) - year(i.anchor_at)) * 12 + month(h.window_from) - month(i.anchor_at))
                        / i.months
                    ) - 1
                else floor(date_diff('day', i.anchor_at, h.window_from) / i.days) - 1
            end, 0
        ) as first_no,
        (h.expected_invoice_months_back + h.expected_invoice_months_ahead)
        * case when i.months > 0 then 1 else 31 end / greatest(i.months, i.days, 1) + 2 as period_count
    from billed as i
    cross join horizon as h
    where coalesce(i.valid_to, h.window_from) >= h.window_from and i.valid_from < h.window_to
),

placed as (
    select
        n.*,
        cast(n.anchor_at + interval '1' month * cast(n.months * (n.first_no + g.step) as integer)
            + interval '1' day * cast(n.days * (n.first_no + g.step) as integer) as timestamp) as period_start,
        cast(n.anchor_at + interval '1' month * cast(n.months * (n.first_no + g.step + 1) as integer)
            + interval '1' day * cast(n.days * (n.first_no + g.step + 1) as integer) as timestamp) as period_end
    from numbered as n
    join (select unnest(generate_series(0, 1600)) as step) as g on n.period_count >= g.step
)

select subscription_id, company_id, contract_id, item, currency, amount, period_start, period_end, source_system,
    source_record_id, loaded_at
from placed
where period_start >= window_from and period_start < window_to
    and period_start >= valid_from and (valid_to is null or period_start < valid_to)

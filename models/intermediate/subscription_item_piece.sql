-- Items of subscriptions over snapshots between which nothing about their subscription changes: the price of a billing
-- period before discounts, and after percents (one after another) and the fixed amounts on the item itself, never below 0.
with cut as (
    select subscription_id, month_from as month_no from intermediate.subscription_item_version
    union
    select subscription_id, month_to from intermediate.subscription_item_version
    union
    select subscription_id, month_from from intermediate.subscription_discount_run
    union
    select subscription_id, month_to from intermediate.subscription_discount_run
),

stretch as (
    select
        subscription_id, month_no as month_from,
        lead(month_no) over (partition by subscription_id order by month_no) as month_to
    from cut
),

piece as (
    select v.* exclude (month_from, month_to), s.month_from, s.month_to
    from intermediate.subscription_item_version as v
    join stretch as s
        on v.subscription_id = s.subscription_id and v.month_from <= s.month_from and v.month_to >= s.month_to
),

-- `kept` multiplies what each percentage leaves, through logarithms, rounded to 12 places.
reduction as (
    select
        p.subscription_id, p.item, p.month_from,
        case when max(d.percent_off) >= 100 then 0
            else coalesce(round(exp(sum(ln(1 - case when d.percent_off < 100 then d.percent_off end / 100))), 12), 1)
        end as kept,
        sum(d.amount_off) filter (where d.item is not null and coalesce(d.currency, p.currency) = p.currency) as own_off,
        sum(d.amount_off) filter (where d.item is null and coalesce(d.currency, p.currency) = p.currency) as shared_off
    from piece as p
    join intermediate.subscription_discount_run as d
        on p.subscription_id = d.subscription_id and coalesce(d.item, p.item) = p.item
        and p.month_from >= d.month_from and p.month_to <= d.month_to
    group by p.subscription_id, p.item, p.month_from
),

reduced as (
    select
        p.*, coalesce(r.shared_off, 0) as shared_off,
        case
            when p.period_amount <= 0 or r.kept is null then p.period_amount
            else greatest(
                floor(p.period_amount) * cast(r.kept as decimal(13, 12))
                + cast((p.period_amount - floor(p.period_amount)) * cast(r.kept as decimal(13, 12)) as decimal(38, 12))
                - coalesce(r.own_off, 0), 0
            )
        end as period_net
    from piece as p
    left join reduction as r
        on p.subscription_id = r.subscription_id and p.item = r.item and p.month_from = r.month_from
)

select * from reduced

-- Items of subscriptions over stretches in which no discount of theirs and no other item changes: the price of a billing
-- period before discounts, and after percents (one after another) and the fixed amounts on the item itself, never below 0.
-- A subscription without discounts needs no cutting.
with discounted as (
    select distinct policy_id, subscription_id from intermediate.subscription_discount_run
),

moment as (
    select policy_id, subscription_id, runs_from, runs_to from intermediate.subscription_item_version
    union all
    select policy_id, subscription_id, runs_from, runs_to from intermediate.subscription_discount_run
),

cut as (
    select m.policy_id, m.subscription_id, m.runs_from as cut_at
    from moment as m
    join discounted as d on m.policy_id = d.policy_id and m.subscription_id = d.subscription_id
    union
    select m.policy_id, m.subscription_id, m.runs_to
    from moment as m
    join discounted as d on m.policy_id = d.policy_id and m.subscription_id = d.subscription_id
    where m.runs_to is not null
),

stretch as (
    select
        policy_id, subscription_id, cut_at,
        lead(cut_at) over (partition by policy_id, subscription_id order by cut_at) as next_at
    from cut
),

piece as (
    select
        v.* exclude (runs_from, runs_to), coalesce(s.cut_at, v.runs_from) as runs_from,
        case when s.cut_at is null then v.runs_to else s.next_at end as runs_to, s.cut_at is not null as is_cut
    from intermediate.subscription_item_version as v
    left join stretch as s
        on v.policy_id = s.policy_id and v.subscription_id = s.subscription_id
        and v.runs_from <= s.cut_at and coalesce(v.runs_to > s.cut_at, true)
),

-- `kept` multiplies what each percentage leaves, through logarithms, rounded to 12 places.
reduction as (
    select
        p.policy_id, p.subscription_id, p.item, p.runs_from,
        case when max(d.percent_off) >= 100 then 0
            else coalesce(round(exp(sum(ln(1 - case when d.percent_off < 100 then d.percent_off end / 100))), 12), 1)
        end as kept,
        sum(d.amount_off) filter (where d.item is not null and coalesce(d.currency, p.currency) = p.currency) as own_off,
        sum(d.amount_off) filter (where d.item is null and coalesce(d.currency, p.currency) = p.currency) as shared_off
    from piece as p
    join intermediate.subscription_discount_run as d
        on p.policy_id = d.policy_id and p.subscription_id = d.subscription_id and coalesce(d.item, p.item) = p.item
        and p.runs_from >= d.runs_from and coalesce(p.runs_from < d.runs_to, true)
    where p.is_cut
    group by p.policy_id, p.subscription_id, p.item, p.runs_from
)

select
    p.* exclude (is_cut), coalesce(r.shared_off, 0) as shared_off,
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
    on p.policy_id = r.policy_id and p.subscription_id = r.subscription_id and p.item = r.item
    and p.runs_from = r.runs_from and p.is_cut

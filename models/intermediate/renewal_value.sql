-- What the subscriptions of a renewal are worth a month just before its day, and what they and those that took their place
-- are worth once the day is over (or the follower has begun), in each currency.
with day as (
    select
        t.agreement_id, t.renews_on, m.subscription_id,
        cast(t.renews_on as timestamp) - interval '1' microsecond as before_at,
        cast(t.renews_on as timestamp) + interval '1' day as after_at
    from intermediate.renewal_term as t
    join intermediate.renewal_member as m on t.agreement_id = m.agreement_id
),

follower as (
    select
        d.agreement_id, d.renews_on, f.follower_id, d.after_at,
        greatest(d.after_at, f.starts_at) as begun_at
    from day as d
    join intermediate.renewal_follower as f on d.subscription_id = f.subscription_id
    join objects.subscription as s on d.subscription_id = s.subscription_id and d.after_at >= s.ends_at
),

counted as (
    select
        d.agreement_id, d.renews_on, s.currency,
        case when s.runs_from <= d.before_at and coalesce(s.runs_to > d.before_at, true) then s.net_mrr
            else 0 end as base_mrr,
        case when s.runs_from <= d.after_at and coalesce(s.runs_to > d.after_at, true) then s.net_mrr else 0 end as own_mrr,
        0 as followed_mrr
    from day as d
    join intermediate.agreed_span as s on d.subscription_id = s.subscription_id
    where s.runs_from <= d.after_at and coalesce(s.runs_to > d.before_at, true)
    union all
    select f.agreement_id, f.renews_on, s.currency, 0, 0, s.net_mrr
    from follower as f
    join intermediate.agreed_span as s on f.follower_id = s.subscription_id
        and f.begun_at >= s.runs_from and coalesce(f.begun_at < s.runs_to, true)
)

select
    agreement_id, renews_on, currency,
    cast(round(round(sum(base_mrr), 10), 6) as decimal(38, 12)) as base_mrr,
    cast(round(round(sum(own_mrr), 10), 6) as decimal(38, 12)) as own_mrr,
    cast(round(round(sum(followed_mrr), 10), 6) as decimal(38, 12)) as followed_mrr
from counted
group by agreement_id, renews_on, currency

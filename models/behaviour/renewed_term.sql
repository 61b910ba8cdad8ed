-- Further terms of subscriptions that renew by themselves and came to their end, until the real next one begins.
with ending as (
    select
        s.subscription_id, s.company_id, s.product_id, s.starts_at, s.ends_at,
        greatest(coalesce(
            c.renewal_period_months, c.length_months,
            (year(s.ends_at) - year(s.starts_at)) * 12 + month(s.ends_at) - month(s.starts_at)
        ), 1) as term_months
    from behaviour.agreed_subscription as s
    left join sourced.contract as c on s.contract_id = c.contract_id
    cross join policy.behaviour as b
    cross join meta.run as r
    where b.subscription_renews_itself
        and s.auto_renew and s.ends_at <= r.as_of
        and s.status <> 'canceled' and coalesce(s.renewal_status, 'ongoing') = 'ongoing'
        and s.canceled_at is null and s.replaced_by_id is null and s.source_deleted_at is null
        and (s.cancel_at is null or s.cancel_at > s.ends_at)
),

following as (
    select e.subscription_id, min(n.starts_at) as starts_at
    from ending as e
    cross join policy.behaviour as b
    join behaviour.agreed_subscription as n on e.company_id = n.company_id
        and e.subscription_id <> n.subscription_id
        and (e.product_id is null or n.product_id is null or e.product_id = n.product_id)
        and e.starts_at < n.starts_at
        and n.starts_at >= e.ends_at - interval '1' day * b.renewal_grace_days
    where n.source_deleted_at is null
    group by e.subscription_id
),

numbered as (
    select e.*, f.starts_at as next_at, n.term_no
    from ending as e
    left join following as f on e.subscription_id = f.subscription_id
    cross join (select unnest(generate_series(1, 240)) as term_no) as n
),

term as (
    select
        n.*,
        cast(n.ends_at + interval '1' month * (n.term_months * (n.term_no - 1)) as timestamp) as term_starts_at,
        cast(n.ends_at + interval '1' month * (n.term_months * n.term_no) as timestamp) as term_ends_at
    from numbered as n
)

select
    t.subscription_id as first_subscription_id,
    t.subscription_id || ':renewed:' || t.term_no as subscription_id,
    t.term_no,
    t.term_starts_at as starts_at,
    least(t.term_ends_at, t.next_at) as ends_at
from term as t
cross join meta.run as r
cross join policy.behaviour as b
where t.term_starts_at <= r.as_of
    and (t.next_at is null or t.term_starts_at + interval '1' day * b.renewal_grace_days < t.next_at)

-- What took the place of a subscription that ends: the one it names, else those of the company and product that start
-- about when it ends. A subscription follows one other at most.
with ending as (
    select subscription_id, company_id, product_id, starts_at, ends_at, replaced_by_id
    from objects.subscription
    where ends_at is not null and source_deleted_at is null
),

starting as (
    select
        s.subscription_id, s.company_id, s.product_id, s.starts_at,
        s.subscription_id in (select n.replaced_by_id from objects.subscription as n
            where n.replaced_by_id is not null) as is_named
    from objects.subscription as s
    where s.source_deleted_at is null and s.status not in ('incomplete', 'incomplete_expired')
),

near as (
    select e.subscription_id, s.subscription_id as follower_id, s.starts_at
    from ending as e
    cross join policy.behaviour as b
    join starting as s on e.company_id = s.company_id
        and e.subscription_id <> s.subscription_id
        and (e.product_id is null or s.product_id is null or e.product_id = s.product_id)
        and e.starts_at < s.starts_at
        and s.starts_at >= e.ends_at - interval '1' day * b.renewal_grace_days
        and s.starts_at <= e.ends_at + interval '1' day * b.renewal_grace_days
    where e.replaced_by_id is null and not s.is_named
    qualify row_number() over (
        partition by s.subscription_id order by abs(date_diff('second', e.ends_at, s.starts_at)), e.subscription_id
    ) = 1
)

select e.subscription_id, s.subscription_id as follower_id, s.starts_at
from ending as e
join starting as s on e.replaced_by_id = s.subscription_id
union all
select * from near

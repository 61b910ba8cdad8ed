-- Subscriptions and contracts past their notice date that end, do not renew by themselves and have no renewal yet.
with ending as (
    select
        'subscription' as kind, s.subscription_id as ending_id, s.company_id, s.product_id,
        coalesce(c.name, p.name) as name, cast(s.ends_at as date) as ends_on,
        coalesce(s.notice_period_days, c.notice_period_days) as notice_period_days,
        s.currency, s.renewal_likelihood, s.source_system, s.source_record_id, s.loaded_at
    from objects.subscription as s
    left join objects.contract as c on s.contract_id = c.contract_id
    left join objects.product as p on s.product_id = p.product_id
    where not coalesce(s.auto_renew, c.auto_renew, false) and s.canceled_at is null and s.cancel_at is null
        and coalesce(s.renewal_status, 'ongoing') = 'ongoing' and s.replaced_by_id is null
        and s.source_deleted_at is null
    union all by name
    select
        'contract' as kind, c.contract_id as ending_id, c.company_id, c.name, c.ends_on, c.notice_period_days,
        c.currency, c.renewal_likelihood, c.source_system, c.source_record_id, c.loaded_at
    from objects.contract as c
    where not coalesce(c.auto_renew, false) and c.cancel_on is null and c.signed_on is not null
        and c.source_deleted_at is null
        and c.company_id not in (select s.company_id from objects.subscription as s where s.company_id is not null)
),

due as (
    select
        e.*,
        cast(e.ends_on - interval '1' day * coalesce(e.notice_period_days, b.notice_period_days) as date) as opens_on
    from ending as e
    cross join policy.behaviour as b
    cross join meta.run as r
    where b.renewal_opportunity_opens and e.company_id is not null
        and cast(e.ends_on - interval '1' day * coalesce(e.notice_period_days, b.notice_period_days) as date)
        <= r.as_of_on
        and cast(e.ends_on + interval '1' day * b.renewal_grace_days as date) > r.as_of_on
)

select d.*
from due as d
cross join policy.behaviour as b
where not exists (
    select 1 from sourced.opportunity as o
    where o.company_id = d.company_id and o.opportunity_type = 'renewal' and o.source_deleted_at is null
        and (o.status = 'open' or cast(o.closed_at as date) >= d.opens_on)
)
and not exists (
    select 1 from objects.subscription as n
    where n.company_id = d.company_id and n.subscription_id <> d.ending_id and n.source_deleted_at is null
        and (d.product_id is null or n.product_id is null or n.product_id = d.product_id)
        and cast(n.starts_at as date) >= cast(d.ends_on - interval '1' day * b.renewal_grace_days as date)
)

-- One row per company: what its subscriptions make of it, since when, until when, and when the next one renews.
with placed as (
    select
        p.*,
        p.paid_from <= r.as_of and coalesce(p.paid_to > r.as_of, true) as is_running,
        p.paid_from > r.as_of and p.goes_on as is_coming
    from intermediate.paid_subscription as p
    cross join meta.run as r
),

summed as (
    select
        p.company_id,
        bool_or(p.is_running) as is_running,
        bool_or(p.is_running and p.goes_on) as is_going_on,
        bool_or(p.is_coming) as is_coming,
        min(p.paid_from) filter (where p.paid_from <= r.as_of) as since_at,
        max(p.paid_to) as to_at,
        count(*) filter (where p.paid_to is null) as open_ended_count,
        min(p.renewal_on) filter (where p.is_running and p.goes_on and p.renewal_on >= r.as_of_on) as renewal_on
    from placed as p
    cross join meta.run as r
    group by p.company_id
)

select
    c.company_id,
    case
        when not b.customer_status_follows_subscriptions then
            case when lower(c.lifecycle_phase) in ('coming', 'customer', 'canceled', 'lost') then lower(c.lifecycle_phase)
                else 'prospect'
            end
        when s.is_going_on or (s.is_running and s.is_coming) then 'customer'
        when s.is_running then 'canceled'
        when s.is_coming then 'coming'
        when s.since_at is not null then 'lost'
        else 'prospect'
    end as customer_status,
    cast(s.since_at as date) as customer_since,
    case when s.open_ended_count = 0 and s.since_at is not null then cast(s.to_at as date) end as customer_to,
    s.renewal_on
from objects.company as c
left join summed as s on c.company_id = s.company_id
cross join policy.behaviour as b

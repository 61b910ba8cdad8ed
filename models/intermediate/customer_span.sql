-- One row per company and unbroken time in which it was a customer, over [from_on, to_on); `notice_on` is the day from which
-- all that ran was said to end. By its subscriptions or, where policy says so, by the phase its source puts it in.
with phase as (
    select company_id, cast(valid_from as date) as from_on, cast(valid_to as date) as to_on, lifecycle_phase
    from history.company
    where valid_to is not null
),

last_change as (
    select company_id, max(to_on) as changed_on
    from phase
    group by company_id
),

phased as (
    select * from phase
    union all
    select
        c.company_id, coalesce(cast(c.phase_since as date), l.changed_on, r.as_of_on) as from_on,
        cast(null as date) as to_on,
        c.lifecycle_phase
    from objects.company as c
    cross join meta.run as r
    left join last_change as l on c.company_id = l.company_id
),

said as (
    select
        s.company_id, s.from_on, s.to_on, coalesce(s.notice_on, s.to_on, date '9999-12-31') as unsaid_to,
        s.notice_on
    from intermediate.paid_subscription as s
    join policy.behaviour as b on b.customer_status_follows_subscriptions
    union all
    select
        p.company_id, p.from_on, p.to_on,
        case when lower(p.lifecycle_phase) = 'canceled' then p.from_on
            else coalesce(p.to_on, date '9999-12-31') end as unsaid_to,
        case when lower(p.lifecycle_phase) = 'canceled' then p.from_on end as notice_on
    from phased as p
    join policy.behaviour as b on not b.customer_status_follows_subscriptions
    where lower(p.lifecycle_phase) in ('customer', 'canceled')
),

marked as (
    select
        *,
        coalesce(from_on > max(coalesce(to_on, date '9999-12-31')) over (
            partition by company_id order by from_on, to_on rows between unbounded preceding and 1 preceding
        ), true) as is_new
    from said
    where to_on is null or to_on > from_on
),

numbered as (
    select
        *,
        sum(cast(is_new as integer)) over (partition by company_id order by from_on range unbounded preceding) as span_no
    from marked
),

spanned as (
    select
        company_id,
        min(from_on) as from_on,
        nullif(max(coalesce(to_on, date '9999-12-31')), date '9999-12-31') as to_on,
        max(unsaid_to) as unsaid_to,
        max(notice_on) as notice_on
    from numbered
    group by company_id, span_no
)

-- While one of what runs was not said to end, there is no notice; nor is there where it then ended without a word.
select
    s.company_id, s.from_on, s.to_on,
    case
        when s.unsaid_to <= r.as_of_on and (coalesce(s.unsaid_to < s.to_on, true) or s.notice_on = s.unsaid_to)
            then greatest(s.unsaid_to, s.from_on)
    end as notice_on
from spanned as s
cross join meta.run as r
where s.from_on <= r.as_of_on

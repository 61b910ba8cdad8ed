-- One row per subscription that is or was paid for: from when to when, and from which day on its end could be known.
-- A term that does not renew by itself is known to end from its start on (`planned_on`), an end that was asked for from the
-- day it was asked for (`notice_on`), any other only once it is there.
with told as (
    -- Since when a record says that it will end. What it said in its first version has no day.
    select subscription_id, min(case when cancel_at is not null then valid_from end) as told_at, min(valid_from) as began_at
    from history.subscription
    group by subscription_id
),

paid as (
    select
        s.subscription_id,
        s.company_id,
        -- A trial is not paid for: the customer begins where it ends.
        case when s.trial_ends_at > s.starts_at then s.trial_ends_at else s.starts_at end as paid_from,
        least(
            s.source_deleted_at,
            case when s.ends_at < r.as_of or not coalesce(s.auto_renew, false) then s.ends_at end,
            case when s.ends_at is null or s.cancel_at >= r.as_of then s.cancel_at end,
            case when s.status = 'canceled' then coalesce(s.ends_at, s.cancel_at, s.canceled_at, s.updated_at) end
        ) as paid_to,
        s.status <> 'canceled'
        and s.cancel_at is null
        and s.canceled_at is null
        and coalesce(s.renewal_status, 'ongoing') = 'ongoing' as goes_on,
        s.created_at,
        case
            when not coalesce(s.auto_renew, false) and s.canceled_at is null
                and (coalesce(s.renewal_status, 'ongoing') <> 'lost' or s.cancel_at = s.ends_at)
                then cast(s.ends_at as date)
        end as planned_on,
        cast(coalesce(
            s.canceled_at,
            case when s.cancel_at is not null and t.told_at > t.began_at then t.told_at end,
            case when s.cancel_at is not null then coalesce(s.updated_at, r.as_of) end
        ) as date) as said_on,
        case when coalesce(m.term_months, p.renewal_term_months) >= p.renewal_term_months
                then coalesce(s.renewal_on, cast(s.ends_at as date))
        end as renewal_on
    from objects.subscription as s
    cross join meta.run as r
    cross join policy.portfolio as p
    left join intermediate.subscription_term as m on s.subscription_id = m.subscription_id
    left join told as t on s.subscription_id = t.subscription_id
    where s.status not in ('incomplete', 'incomplete_expired') and s.company_id is not null
),

-- Whole days: a day counts as it stood at its end, the last one as it stood at as-of.
dated as (
    select
        p.*,
        case
            when p.paid_from <= r.as_of then least(cast(p.paid_from as date), r.as_of_on)
            else greatest(cast(p.paid_from as date), cast(r.as_of_on + interval 1 day as date))
        end as from_on,
        case
            when p.paid_to <= r.as_of then least(cast(p.paid_to as date), r.as_of_on)
            when p.paid_to > r.as_of then greatest(cast(p.paid_to as date), cast(r.as_of_on + interval 1 day as date))
        end as to_on
    from paid as p
    cross join meta.run as r
    where p.paid_to is null or p.paid_to > p.paid_from
)

select
    d.subscription_id, d.company_id, d.paid_from, d.paid_to, d.from_on, d.to_on, d.goes_on, d.renewal_on,
    d.planned_on,
    least(d.from_on, cast(d.created_at as date), r.as_of_on) as known_on,
    case when d.said_on is not null then least(d.said_on, d.to_on, r.as_of_on) end as notice_on
from dated as d
cross join meta.run as r

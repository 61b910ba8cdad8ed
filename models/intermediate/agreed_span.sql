-- What items count a month by the main set of rules over [runs_from, runs_to), and since when that is known: a stretch since
-- its subscription was agreed on, or, where it begins later, since it began; its end since it came. Where notice was given,
-- the end of the subscription is known since then (`called_off_to`). What is yet to come at as-of is known. A line of an
-- invoice that runs now goes on: it says no more than until when it is billed for.
with span as (
    select
        s.*, s.invoice_line_id is not null as is_billed, r.as_of, r.as_of - interval '1' microsecond as known_by
    from intermediate.revenue_item_span as s
    join policy.revenue as p on s.policy_id = p.policy_id
    cross join meta.run as r
    where s.net_mrr <> 0
),

-- What a rule derived was known once it began: its record is older.
agreed as (
    select
        subscription_id, starts_at, canceled_at,
        case when canceled_at is not null then coalesce(ends_at, cancel_at) end as called_off_to,
        case when derived_by is null then least(coalesce(created_at, starts_at), starts_at) else starts_at end as known_at
    from objects.subscription
)

select
    s.company_id, s.subscription_id, s.currency, s.net_mrr, s.runs_from,
    case when not s.is_billed or s.runs_to < s.as_of then s.runs_to end as runs_to,
    least(case when not s.is_billed and s.runs_from <= a.starts_at then a.known_at else s.runs_from end, s.known_by)
        as known_at,
    case when not s.is_billed or s.runs_to < s.as_of then least(s.runs_to, s.known_by) end as end_known_at,
    case when not s.is_billed then a.called_off_to end as called_off_to,
    case when not s.is_billed then least(a.canceled_at, s.known_by) end as called_off_at
from span as s
left join agreed as a on s.subscription_id = a.subscription_id

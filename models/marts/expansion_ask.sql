with asked as (
    select
        'ticket' as object, t.ticket_id as object_id, t.company_id, t.requester_id as contact_id, t.opened_at as asked_at,
        t.subject as title, e.phrase
    from objects.ticket as t
    left join behaviour.expansion_request as e on t.ticket_id = e.ticket_id
    where t.is_expansion_signal and t.source_deleted_at is null
    union all
    -- The signal that a ticket gave rise to is that ticket.
    select
        'signal' as object, s.signal_id as object_id, s.company_id, s.contact_id, s.occurred_at as asked_at,
        s.title, s.topic as phrase
    from objects.signal as s
    where s.signal_type = 'expansion_request'
        and coalesce(s.derived_by, '') <> 'ticket_asks_for_more'
        and s.source_deleted_at is null
),

known as (
    select a.*, cast(cast(a.asked_at as date) + interval '1' day * p.expansion_answer_days as date) as answer_to_on
    from asked as a
    cross join meta.run as r
    cross join policy.support as p
    where a.company_id is not null and a.asked_at <= r.as_of
),

followed as (
    select
        k.object, k.object_id, o.opportunity_id, o.status,
        row_number() over (
            partition by k.object, k.object_id
            order by case o.status when 'won' then 1 when 'lost' then 3 else 2 end, o.created_at, o.opportunity_id
        ) as preference
    from known as k
    join objects.opportunity as o on k.company_id = o.company_id and k.asked_at <= o.created_at
    cross join meta.run as r
    where o.created_at <= r.as_of
        and cast(o.created_at as date) <= k.answer_to_on
        and coalesce(o.opportunity_type not in ('renewal', 'downsell'), true)
        and o.source_deleted_at is null
),

grown as (
    select k.object, k.object_id, min(d.day) as grown_on
    from known as k
    join marts.mrr_change_day as d
        on k.company_id = d.company_id and cast(k.asked_at as date) <= d.day and k.answer_to_on >= d.day
    join policy.revenue as p on d.policy_id = p.policy_id
    where d.expansion > 0
    group by k.object, k.object_id
),

judged as (
    select
        k.*, v.currency, v.mrr, v.arr, f.opportunity_id, g.grown_on,
        case
            when g.grown_on is not null or f.status = 'won' then 'answered'
            when f.status = 'lost' then 'declined'
            when f.status is not null then 'in_sales'
            when k.answer_to_on < r.as_of_on then 'lapsed'
            else 'open'
        end as state
    from known as k
    cross join meta.run as r
    join intermediate.company_revenue as v on k.company_id = v.company_id
    left join followed as f on k.object = f.object and k.object_id = f.object_id and f.preference = 1
    left join grown as g on k.object = g.object and k.object_id = g.object_id
)

select
    j.* exclude (answer_to_on),
    case when j.state in ('open', 'in_sales') then
        row_number() over (
            partition by j.state in ('open', 'in_sales')
            order by j.arr desc, j.asked_at asc, j.object asc, j.object_id asc
        )
    end as rank
from judged as j

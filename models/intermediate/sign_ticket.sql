-- Changes of `ticket_load` and `ticket_severity`, by day: tickets opened within policy's window, and severe ones that
-- are open. Where tickets are delivered at all, a customer without any has none.
with ticket as (
    select
        t.ticket_id, t.company_id, t.priority, m.opened_at, v.value is not null as is_severe, m.has_history,
        -- Without a history it was open until it was solved, or until it was last changed where no source states that.
        case when m.is_solved then least(coalesce(m.solved_at, t.updated_at, m.opened_at), r.as_of) end as solved_at
    from intermediate.ticket_milestone as m
    join objects.ticket as t on m.ticket_id = t.ticket_id
    cross join meta.run as r
    left join policy.health_severe_severities as v on lower(t.severity) = lower(v.value)
    where t.company_id is not null
),

unsolved as (
    select ticket_id, starts_at as from_at, case when not is_last then ends_at end as to_at
    from intermediate.ticket_status
    where not is_solved
    union all
    select ticket_id, opened_at, solved_at from ticket where not has_history
),

changed as (
    select
        e.ticket_id, e.new_value as priority, e.occurred_at as from_at,
        row_number() over (
            partition by e.ticket_id
            order by e.occurred_at desc, length(e.source_record_id) desc, e.source_record_id desc, e.ticket_event_id asc
        ) as place
    from objects.ticket_event as e
    cross join meta.run as r
    where e.field_name = 'priority' and e.source_deleted_at is null and e.occurred_at <= r.as_of
),

held as (
    select t.ticket_id, o.priority, t.opened_at as from_at, 9999999 as place
    from ticket as t
    join intermediate.opening_priority as o on t.ticket_id = o.ticket_id
    union all
    -- The last change made it what it is.
    select c.ticket_id, case when c.place = 1 then t.priority else c.priority end, greatest(c.from_at, t.opened_at), c.place
    from changed as c
    join ticket as t on c.ticket_id = t.ticket_id
),

prioritised as (
    select
        ticket_id, priority, from_at, lead(from_at) over (partition by ticket_id order by place desc) as to_at
    from held
),

severe as (
    select t.company_id, cast(greatest(p.from_at, u.from_at) as date) as from_on,
        cast(least(p.to_at, u.to_at) as date) as to_on
    from ticket as t
    join prioritised as p on t.ticket_id = p.ticket_id
    join unsolved as u on t.ticket_id = u.ticket_id
    left join policy.health_severe_priorities as s on p.priority = s.value
    where (t.is_severe or s.value is not null)
        and coalesce(p.from_at < u.to_at, true)
        and coalesce(p.to_at > u.from_at, true)
),

helped as (
    select cast(min(opened_at) as date) as helped_on from intermediate.ticket_milestone
)

select company_id, 'ticket_severity' as factor, from_on as on_day, 1 as part from severe
union all
select company_id, 'ticket_severity', to_on, -1 from severe where to_on is not null
union all
select company_id, 'ticket_load', cast(opened_at as date), 1 from ticket
union all
select t.company_id, 'ticket_load', cast(cast(t.opened_at as date) + interval 1 day * (p.ticket_days + 1) as date), -1
from ticket as t
cross join policy.health as p
union all
select c.company_id, f.factor, h.helped_on, 0
from (select distinct company_id from intermediate.customer_span) as c
join helped as h on h.helped_on is not null
cross join (select unnest(['ticket_load', 'ticket_severity']) as factor) as f

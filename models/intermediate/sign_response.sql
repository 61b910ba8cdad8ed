-- Changes of `response_balance`, by day: messages of ours that count (`whole`), and those of them that were answered
-- (`part`). Tickets are left out: there the last word is ours by trade.
with written as (
    select
        t.company_id, t.direction, t.happened_at,
        -- What is written at the same instant is no answer.
        min(case when t.direction = 'in' then t.happened_at end) over (
            partition by t.conversation_id order by t.happened_at, t.direction, t.object_id
            rows between 1 following and unbounded following
        ) as answered_at
    from intermediate.touch as t
    join objects.conversation as c on t.conversation_id = c.conversation_id
    where t.object = 'message' and c.ticket_id is null
),

sent as (
    select
        w.company_id,
        cast(cast(w.happened_at as date) + interval 1 day * p.response_grace_days as date) as counts_from,
        cast(cast(w.happened_at as date) + interval 1 day * (p.response_days + 1) as date) as counts_to,
        cast(w.answered_at as date) as answered_on
    from written as w
    cross join policy.health as p
    where w.direction = 'out' and w.company_id is not null
)

select company_id, 'response_balance' as factor, counts_from as on_day, 0 as part, 1 as whole from sent
union all
select company_id, 'response_balance', counts_to, 0, -1 from sent
union all
select company_id, 'response_balance', greatest(counts_from, answered_on), 1, 0
from sent
where answered_on < counts_to
union all
select company_id, 'response_balance', counts_to, -1, 0 from sent where answered_on < counts_to

-- One row per turn in a conversation that the other side answered: from the turn's first message to the first answer, whose
-- answer it is, and the whole minutes between. Tickets have times of their own.
with spoken as (
    select
        t.conversation_id, t.company_id, t.happened_at, t.object_id, t.direction,
        lag(t.direction) over (partition by t.conversation_id order by t.happened_at, t.object_id) as direction_before
    from intermediate.touch as t
    join objects.conversation as c on t.conversation_id = c.conversation_id
    where t.object = 'message' and c.ticket_id is null
),

turn as (
    select
        conversation_id, company_id, direction, happened_at, object_id,
        lead(happened_at) over (partition by conversation_id order by happened_at, object_id) as answered_at,
        lead(object_id) over (partition by conversation_id order by happened_at, object_id) as answer_id
    from spoken
    where direction_before is null or direction_before <> direction
)

select
    conversation_id,
    company_id,
    case when direction = 'in' then 'us' else 'them' end as answered_by,
    object_id as message_id,
    happened_at as asked_at,
    answer_id,
    answered_at,
    cast(floor(date_diff('second', happened_at, answered_at) / 60.0) as bigint) as minutes
from turn
where answered_at is not null

-- One row per conversation with someone outside: the main person, whoever wrote before whoever was written to.
with outside as (
    select
        conversation_id,
        contact_id,
        case role when 'from' then 1 when 'to' then 2 when 'attendee' then 3 when 'cc' then 4 else 5 end as place,
        conversation_participant_id as row_id
    from objects.conversation_participant
    where contact_id is not null
    union all
    select conversation_id, author_contact_id as contact_id, 1 as place, message_id as row_id
    from objects.message
    where author_contact_id is not null
)

select conversation_id, contact_id
from outside
qualify row_number() over (partition by conversation_id order by place, row_id) = 1

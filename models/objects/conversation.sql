-- Conversations as sent and tasks that are done, with what their messages and people tell: company, who began it, end and
-- length.
with everything as (
    select * from sourced
    union all by name
    select * exclude (team_member_id, contact_id) from behaviour.done_task
),

told as (
    select
        conversation_id,
        arg_min(
            case when author_contact_id is not null then 'in' when author_team_member_id is not null then 'out' end,
            (sent_at, message_id)
        ) as direction,
        max(sent_at) as last_sent_at,
        count(*) as message_count
    from objects.message
    where source_deleted_at is null
    group by conversation_id
),

outside as (
    -- Whoever wrote comes before whoever was written to; people of no company are passed over. A talk is with the company
    -- whose address they used, else the one they were at when it began.
    select p.conversation_id, p.contact_id, p.role, p.address, p.conversation_participant_id as row_id
    from objects.conversation_participant as p
    union all
    select m.conversation_id, m.author_contact_id as contact_id, 'from' as role, null as address, m.message_id as row_id
    from objects.message as m
),

first_outside as (
    select
        o.conversation_id,
        coalesce(a.company_id, j.company_id) as company_id,
        row_number() over (
            partition by o.conversation_id
            order by
                case o.role when 'from' then 1 when 'to' then 2 when 'attendee' then 3 when 'cc' then 4 else 5 end,
                a.company_id is null,
                o.row_id
        ) as preference
    from outside as o
    join everything as e on o.conversation_id = e.conversation_id
    join behaviour.company_then as j
        on o.contact_id = j.contact_id and e.started_at >= j.from_on and e.started_at < j.to_on
    left join behaviour.address_company as a
        on o.contact_id = a.contact_id and split_part(lower(o.address), '@', 2) = a.domain
)

select
    s.* exclude (company_id, direction, ended_at, message_count),
    coalesce(s.company_id, t.company_id, f.company_id) as company_id,
    coalesce(s.direction, m.direction) as direction,
    coalesce(s.ended_at, m.last_sent_at) as ended_at,
    coalesce(s.message_count, m.message_count) as message_count
from everything as s
left join told as m on s.conversation_id = m.conversation_id
left join objects.ticket as t on s.ticket_id = t.ticket_id
left join first_outside as f on s.conversation_id = f.conversation_id and f.preference = 1

-- One row per ticket that has messages: its first public answer by a team member (null without any) and how many.
with written as (
    select
        t.ticket_id,
        m.sent_at,
        -- What a team member writes in the second the ticket is opened is the ticket itself, not an answer.
        m.author_team_member_id is not null
        and coalesce(m.is_public, true)
        and not coalesce(m.is_automatic, false)
        and m.sent_at > t.opened_at as is_answer
    from objects.message as m
    join objects.conversation as c on m.conversation_id = c.conversation_id
    join objects.ticket as t on c.ticket_id = t.ticket_id
    cross join meta.run as r
    where m.sent_at <= r.as_of and m.source_deleted_at is null
)

select
    ticket_id,
    min(sent_at) filter (where is_answer) as first_replied_at,
    count(*) filter (where is_answer) as reply_count
from written
group by ticket_id

-- One message per mail; drafts and spam are left out.
-- A thread is followed from each mail to the earliest one its fields name, and from there on, so that it does not matter
-- which of them arrived first; mails that name nothing are joined by Gmail's thread. The same steps stand in
-- conversation.sql and conversation_participant.sql.
with recursive mail as (
    select message_key, thread_start, x_gm_thrid
    from raw_mail.messages__latest
),

climb as (
    select message_key, message_key as ancestor
    from mail
    union
    select c.message_key, m.thread_start as ancestor
    from climb as c
    inner join mail as m on c.ancestor = m.message_key
    where m.thread_start is not null
),

rooted as (
    select
        c.message_key,
        coalesce(min(c.ancestor) filter (where m.thread_start is null), min(c.ancestor)) as root
    from climb as c
    left join mail as m on c.ancestor = m.message_key
    group by c.message_key
),

thread as (
    select
        r.message_key,
        coalesce('gmail:' || min(m.x_gm_thrid) over (partition by r.root), r.root) as thread_id
    from rooted as r
    inner join mail as m on r.message_key = m.message_key
),

author as (
    -- who cannot write cannot be an author: mail servers and no-reply addresses
    select message_key, address
    from raw_mail.message_addresses__latest
    where role = 'from' and is_robot = 'false'
)

select
    m._row_id,
    m._loaded_at,
    m.message_key as source_record_id,
    t.thread_id as conversation_id,
    m.sent_at,
    a.address as author_contact_id,
    a.address as author_team_member_id,
    m.subject,
    m.body_new as body,
    m.is_automatic,
    m.is_bounce,
    m.in_reply_to,
    m.has_attachments,
    m.custom
from raw_mail.messages__latest as m
inner join thread as t on m.message_key = t.message_key
left join author as a on m.message_key = a.message_key and m.from_address = a.address
where m.set_aside is null

-- One conversation per e-mail thread; bounces do not count as part of the talk.
-- A thread is followed from each mail to the earliest one its fields name, and from there on, so that it does not matter
-- which of them arrived first; mails that name nothing are joined by Gmail's thread. The same steps stand in
-- message.sql and conversation_participant.sql.
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

talk as (
    select
        t.thread_id,
        m.*,
        -- text that sorts as the thread runs, bounces last; the key settles mails of the same second
        m.is_bounce || m.sent_at || m.message_key as place
    from raw_mail.messages__latest as m
    inner join thread as t on m.message_key = t.message_key
    where m.set_aside is null
)

select
    arg_min(_row_id, place) as _row_id,
    max(_loaded_at) as _loaded_at,
    thread_id as source_record_id,
    'email' as conversation_type,
    arg_min(subject, place) as subject,
    substr(regexp_replace(arg_min(body_new, place), '\s+', ' ', 'g'), 1, 200) as snippet,
    coalesce(min(sent_at) filter (where is_bounce = 'false'), min(sent_at)) as started_at,
    coalesce(max(sent_at) filter (where is_bounce = 'false'), max(sent_at)) as ended_at,
    count(*) filter (where is_bounce = 'false') as message_count,
    coalesce(max(has_attachments) filter (where is_bounce = 'false'), 'false') as has_attachments
from talk
group by thread_id

-- One row per thread and address, in the strongest part it played.
-- A thread is followed from each mail to the earliest one its fields name, and from there on, so that it does not matter
-- which of them arrived first; mails that name nothing are joined by Gmail's thread. The same steps stand in
-- conversation.sql and message.sql.
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

part as (
    select
        t.thread_id,
        a.address,
        a.role,
        a._row_id,
        a._loaded_at,
        case a.role when 'from' then '1' when 'to' then '2' when 'cc' then '3' else '4' end
        || m.sent_at || m.message_key as place
    from raw_mail.message_addresses__latest as a
    inner join raw_mail.messages__latest as m on a.message_key = m.message_key
    inner join thread as t on a.message_key = t.message_key
    where
        a.role in ('from', 'to', 'cc', 'bcc')
        and a.is_robot = 'false' and m.is_bounce = 'false' and m.set_aside is null
),

unreached as (
    select t.thread_id, a.address
    from raw_mail.message_addresses__latest as a
    inner join thread as t on a.message_key = t.message_key
    where a.role = 'failed'
    group by t.thread_id, a.address
),

strongest as (
    select
        thread_id,
        address,
        arg_min(_row_id, place) as _row_id,
        max(_loaded_at) as _loaded_at,
        arg_min(role, place) as role
    from part
    group by thread_id, address
)

select
    s._row_id,
    s._loaded_at,
    s.thread_id || ':' || s.address as source_record_id,
    s.thread_id as conversation_id,
    s.address as contact_id,
    s.address as team_member_id,
    s.address,
    s.role
from strongest as s
left join unreached as u on s.thread_id = u.thread_id and s.address = u.address
-- who never got the mail took no part, unless they wrote in the thread themselves
where u.address is null or s.role = 'from'

-- One row per ticket: when it was first answered, first solved and finally solved, from its history where there is one,
-- else from what the source states.
with told as (
    select
        ticket_id,
        min(starts_at) filter (where is_solved) as first_solved_at,
        max(starts_at) filter (where is_solved and not was_solved) as last_solved_at,
        bool_or(is_solved) filter (where is_last) as is_solved,
        count(*) filter (where was_solved and not is_solved) as reopen_count
    from intermediate.ticket_status
    group by ticket_id
),

stated as (
    select
        t.*,
        t.status in ('solved', 'closed') as is_solved_now,
        case when t.first_replied_at between t.opened_at and r.as_of then t.first_replied_at end as stated_reply_at,
        case when t.solved_at between t.opened_at and r.as_of then t.solved_at end as stated_solved_at
    from objects.ticket as t
    cross join meta.run as r
    where t.opened_at <= r.as_of and t.source_deleted_at is null
)

select
    s.ticket_id,
    s.opened_at,
    h.ticket_id is not null as has_history,
    case when p.ticket_id is not null then p.first_replied_at else s.stated_reply_at end as first_replied_at,
    case when p.ticket_id is not null then p.reply_count else s.reply_count end as reply_count,
    case
        when h.ticket_id is not null then h.first_solved_at
        when coalesce(s.reopen_count, 0) = 0 then s.stated_solved_at
    end as first_solved_at,
    -- A ticket that was opened again is not finally solved.
    case
        when h.ticket_id is not null then case when h.is_solved then h.last_solved_at end
        when s.is_solved_now then s.stated_solved_at
    end as solved_at,
    case when h.ticket_id is not null then h.is_solved else s.is_solved_now end as is_solved,
    case when h.ticket_id is not null then h.reopen_count else s.reopen_count end as reopen_count
from stated as s
left join told as h on s.ticket_id = h.ticket_id
left join intermediate.ticket_reply as p on s.ticket_id = p.ticket_id

-- Seconds are added up first and cut to whole minutes once.
with measured as (
    select
        ticket_id,
        sum(calendar_microseconds) filter (where measure = 'first_reply') as reply,
        sum(business_microseconds) filter (where measure = 'first_reply') as reply_open,
        sum(calendar_microseconds) filter (where measure = 'first_resolution') as first_solve,
        sum(business_microseconds) filter (where measure = 'first_resolution') as first_solve_open,
        sum(calendar_microseconds) filter (where measure = 'full_resolution') as full_solve,
        sum(business_microseconds) filter (where measure = 'full_resolution') as full_solve_open,
        coalesce(sum(calendar_microseconds) filter (where measure in ('new', 'open', 'hold')), 0) as wait,
        coalesce(sum(business_microseconds) filter (where measure in ('new', 'open', 'hold')), 0) as wait_open,
        coalesce(sum(calendar_microseconds) filter (where measure = 'pending'), 0) as pending,
        coalesce(sum(business_microseconds) filter (where measure = 'pending'), 0) as pending_open,
        coalesce(sum(calendar_microseconds) filter (where measure in ('new', 'open')), 0) as work,
        coalesce(sum(business_microseconds) filter (where measure in ('new', 'open')), 0) as work_open,
        coalesce(sum(calendar_microseconds) filter (where measure = 'hold'), 0) as hold,
        coalesce(sum(business_microseconds) filter (where measure = 'hold'), 0) as hold_open
    from intermediate.ticket_duration
    group by ticket_id
)

select
    t.ticket_id,
    t.company_id,
    t.requester_id,
    t.assignee_id,
    coalesce(c.segment, 'not stated') as segment,
    coalesce(t.priority, 'not stated') as priority,
    coalesce(t.channel, 'not stated') as channel,
    s.opened_at,
    s.first_replied_at,
    s.first_solved_at,
    s.solved_at,
    s.is_solved,
    t.csat,
    m.reply // 60000000 as first_reply_minutes,
    m.reply_open // 60000000 as first_reply_business_minutes,
    m.first_solve // 60000000 as first_resolution_minutes,
    m.first_solve_open // 60000000 as first_resolution_business_minutes,
    m.full_solve // 60000000 as full_resolution_minutes,
    m.full_solve_open // 60000000 as full_resolution_business_minutes,
    case when s.has_history then m.wait // 60000000 end as requester_wait_minutes,
    case when s.has_history then m.wait_open // 60000000 end as requester_wait_business_minutes,
    case when s.has_history then m.pending // 60000000 end as agent_wait_minutes,
    case when s.has_history then m.pending_open // 60000000 end as agent_wait_business_minutes,
    case when s.has_history then m.work // 60000000 end as agent_work_minutes,
    case when s.has_history then m.work_open // 60000000 end as agent_work_business_minutes,
    case when s.has_history then m.hold // 60000000 end as on_hold_minutes,
    case when s.has_history then m.hold_open // 60000000 end as on_hold_business_minutes,
    s.reopen_count,
    s.reply_count,
    case when s.is_solved then s.reply_count = 1 and coalesce(s.reopen_count, 0) = 0 end as is_one_touch
from intermediate.ticket_milestone as s
join objects.ticket as t on s.ticket_id = t.ticket_id
left join objects.company as c on t.company_id = c.company_id
left join measured as m on s.ticket_id = m.ticket_id

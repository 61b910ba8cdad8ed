-- Business minutes are never negative and never more than the minutes of the calendar.
select *
from marts.ticket_times
where not coalesce(first_reply_business_minutes between 0 and first_reply_minutes, true)
    or not coalesce(first_resolution_business_minutes between 0 and first_resolution_minutes, true)
    or not coalesce(full_resolution_business_minutes between 0 and full_resolution_minutes, true)
    or not coalesce(requester_wait_business_minutes between 0 and requester_wait_minutes, true)
    or not coalesce(agent_wait_business_minutes between 0 and agent_wait_minutes, true)
    or not coalesce(agent_work_business_minutes between 0 and agent_work_minutes, true)
    or not coalesce(on_hold_business_minutes between 0 and on_hold_minutes, true)

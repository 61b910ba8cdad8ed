-- One row per ticket: the priority it was opened with, as its history tells, else the one it has.
with first_change as (
    select
        ticket_id,
        arg_min(coalesce(old_value, new_value), (occurred_at, length(source_record_id), source_record_id)) as priority
    from objects.ticket_event
    where field_name = 'priority' and source_deleted_at is null
    group by ticket_id
)

select t.ticket_id, coalesce(c.priority, t.priority) as priority
from objects.ticket as t
left join first_change as c on t.ticket_id = c.ticket_id

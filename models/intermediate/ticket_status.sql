-- One row per stay of a ticket in one status, over [starts_at, ends_at), as its history tells; the last ends at as-of.
with change as (
    -- The same change sent twice is one; changes of one second keep the order in which the source numbered them.
    select
        e.ticket_id,
        greatest(e.occurred_at, t.opened_at) as occurred_at,
        e.old_value,
        e.new_value,
        min(length(e.source_record_id)) as digits,
        min(e.source_record_id) as number
    from objects.ticket_event as e
    join objects.ticket as t on e.ticket_id = t.ticket_id
    cross join meta.run as r
    where e.field_name = 'status'
        and e.new_value is not null
        and e.occurred_at <= r.as_of
        and t.opened_at <= r.as_of
        and e.source_deleted_at is null
    group by e.ticket_id, greatest(e.occurred_at, t.opened_at), e.old_value, e.new_value
),

numbered as (
    select
        c.*,
        row_number() over (partition by c.ticket_id order by c.occurred_at, c.digits, c.number) as change_no
    from change as c
),

entered as (
    select ticket_id, change_no, occurred_at as starts_at, new_value as status from numbered
    union all
    -- Before its first change the ticket was as that change found it.
    select n.ticket_id, 0 as change_no, t.opened_at as starts_at, coalesce(n.old_value, 'new') as status
    from numbered as n
    join objects.ticket as t on n.ticket_id = t.ticket_id
    where n.change_no = 1
)

select
    e.ticket_id,
    e.change_no,
    e.status,
    lag(e.status) over (partition by e.ticket_id order by e.change_no) as previous_status,
    e.starts_at,
    coalesce(lead(e.starts_at) over (partition by e.ticket_id order by e.change_no), r.as_of) as ends_at,
    e.status in ('solved', 'closed') as is_solved,
    coalesce(lag(e.status) over (partition by e.ticket_id order by e.change_no) in ('solved', 'closed'), false)
        as was_solved,
    lead(e.change_no) over (partition by e.ticket_id order by e.change_no) is null as is_last
from entered as e
cross join meta.run as r

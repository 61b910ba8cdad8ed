-- every version: one that came later may hold only the newest parts
with part as (
    select
        t._row_id, t._loaded_at, t.id as ticket_id, p.part ->> '$.id' as part_id, p.part ->> '$.part_type' as part_type,
        p.part ->> '$.created_at' as created_at, p.part ->> '$.previous_ticket_state' as state_before,
        p.part ->> '$.ticket_state' as state_after, p.part ->> '$.assigned_to.type' as assigned_type,
        p.part ->> '$.assigned_to.id' as assigned_id
    from raw_intercom.tickets as t,
        unnest(try_cast(try_cast(t.ticket_parts as json) ->> '$.ticket_parts' as json[])) as p (part)
    qualify row_number() over (partition by t.id, part_id order by t._loaded_at desc, t._row_id asc) = 1
),
change as (
    select
        _row_id, _loaded_at, ticket_id || ':' || part_id as source_record_id, ticket_id, created_at,
        'status' as field_name, state_before as old_value, state_after as new_value
    from part
    where part_type like 'ticket_state_updated%' and state_after is distinct from state_before
    union all
    select
        _row_id, _loaded_at, ticket_id || ':' || part_id || ':assignee', ticket_id, created_at, 'assignee',
        lag(assigned_id) over (partition by ticket_id order by created_at, part_id), assigned_id
    from part
    where assigned_type = 'admin' and assigned_id is not null
)
select
    _row_id,
    _loaded_at,
    source_record_id,
    ticket_id,
    case when regexp_matches(created_at, '^\d{1,11}$')
        then epoch_ms(created_at::bigint * 1000)::varchar else created_at end as occurred_at,
    field_name,
    case old_value
        when 'submitted' then 'new'
        when 'in_progress' then 'open'
        when 'waiting_on_customer' then 'pending'
        when 'on_hold' then 'hold'
        when 'resolved' then 'solved'
        else old_value
    end as old_value,
    case new_value
        when 'submitted' then 'new'
        when 'in_progress' then 'open'
        when 'waiting_on_customer' then 'pending'
        when 'on_hold' then 'hold'
        when 'resolved' then 'solved'
        else new_value
    end as new_value
from change

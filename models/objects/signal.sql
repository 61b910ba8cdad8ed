-- Signals as sent, those of visitors who turned out to be somebody with the person filled in; tickets that ask for more;
-- and champions who left one company for another.
with known as (
    -- A browser that several people used tells nothing about who did something with it.
    select v.anonymous_id, min(v.contact_id) as contact_id
    from objects.visitor as v
    cross join policy.behaviour as b
    where b.visitor_becomes_known and v.contact_id is not null and v.source_deleted_at is null
    group by v.anonymous_id
    having count(distinct v.contact_id) = 1
),

asked as (
    select
        t.ticket_id || ':expansion' as signal_id, t.requester_id as contact_id, t.company_id,
        'expansion_request' as signal_type, a.phrase as topic, t.subject as title, t.opened_at as occurred_at,
        t.source_system, t.source_record_id, t.created_at, t.updated_at, t.source_deleted_at, t.loaded_at,
        'ticket_asks_for_more' as derived_by
    from behaviour.expansion_request as a
    join objects.ticket as t on a.ticket_id = t.ticket_id
),

moved as (
    select
        m.contact_id || ':' || m.signal_type || ':' || m.company_id || ':' || m.happened_on as signal_id,
        m.contact_id, m.company_id, m.signal_type, m.topic, m.title, cast(m.happened_on as timestamp) as occurred_at,
        m.source_system, m.source_record_id, m.loaded_at, m.rule as derived_by
    from behaviour.champion_move as m
),

everything as (
    select
        s.* exclude (contact_id),
        coalesce(s.contact_id, k.contact_id) as contact_id
    from sourced as s
    left join known as k on s.anonymous_id = k.anonymous_id
    union all by name
    select * from asked
    union all by name
    select * from moved
)

select e.* exclude (company_id), coalesce(e.company_id, j.company_id) as company_id
from everything as e
left join behaviour.company_then as j
    on e.contact_id = j.contact_id and e.occurred_at >= j.from_on and e.occurred_at < j.to_on

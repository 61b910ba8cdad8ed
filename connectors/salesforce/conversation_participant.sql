with mail as (
    select
        e._row_id, e._loaded_at, e.id, e.activity_id, e.from_address, e.to_address, e.cc_address,
        case when e.parent_id like '500%' then e.parent_id else 'email:' || coalesce(e.thread_identifier, e.id) end
            as conversation_id
    from raw_salesforce.email_messages__latest as e
    where coalesce(lower(e.status), '') not in ('5', 'draft')
),
logged as (
    select
        t.*, case when lower(t.call_type) = 'inbound' then 'to' else 'from' end as our_role,
        case when lower(t.call_type) = 'inbound' then 'from' else 'to' end as their_role
    from raw_salesforce.tasks__latest as t
    left join mail as m on t.id = m.activity_id
    where lower(coalesce(t.task_subtype, t.type)) in ('call', 'email', 'listemail')
        and (lower(t.is_closed) in ('true', '1') or lower(t.status) = 'completed') and m.id is null
),
present as (
    select l._row_id, l._loaded_at, l.id as conversation_id, l.owner_id as person, l.our_role as role from logged as l
    union all
    select l._row_id, l._loaded_at, l.id, l.who_id, l.their_role from logged as l
    union all
    select l._row_id, l._loaded_at, l.id, r.relation_id, l.their_role
    from raw_salesforce.task_relations__latest as r
    join logged as l on r.task_id = l.id
    where coalesce(lower(r.is_deleted), 'false') not in ('true', '1')
    union all
    select c._row_id, c._loaded_at, c.id, coalesce(c.contact_id, c.supplied_email), 'from'
    from raw_salesforce.cases__latest as c
    union all
    select c._row_id, c._loaded_at, c.parent_id, coalesce(u.contact_id, c.created_by_id), 'from'
    from raw_salesforce.case_comments__latest as c
    left join raw_salesforce.users__latest as u on c.created_by_id = u.id
    union all
    select m._row_id, m._loaded_at, m.conversation_id, m.from_address, 'from' from mail as m
    union all
    select m._row_id, m._loaded_at, m.conversation_id, a.address, 'to'
    from mail as m, unnest(string_split(m.to_address, ';')) as a (address)
    union all
    select m._row_id, m._loaded_at, m.conversation_id, a.address, 'cc'
    from mail as m, unnest(string_split(m.cc_address, ';')) as a (address)
),
kept as (
    select
        p._row_id, p._loaded_at, p.conversation_id, p.role,
        case when contains(p.person, '@') then lower(trim(p.person)) else p.person end as person,
        contains(p.person, '@') as is_address
    from present as p
    where contains(p.person, '@') or substr(p.person, 1, 3) in ('003', '00Q', '005')
)
select
    k._row_id,
    k._loaded_at,
    k.conversation_id || ':' || k.person as source_record_id,
    k.conversation_id,
    -- an address is one of ours or of theirs: whose it is shows where people are known
    case when k.is_address or k.person not like '005%' then k.person end as contact_id,
    case when k.is_address or k.person like '005%' then k.person end as team_member_id,
    case when k.is_address then k.person end as address,
    k.role
from kept as k
qualify row_number() over (
    partition by k.conversation_id, k.person
    order by case k.role when 'from' then 1 when 'to' then 2 else 3 end, k._row_id
) = 1

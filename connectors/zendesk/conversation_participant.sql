with ticket as (
    select
        t._row_id, t._loaded_at, t.id, t.requester_email, t.email_cc_ids,
        coalesce(t.requester_id, try_cast(t.requester as json) ->> '$.id') as requester_id,
        coalesce(t.assignee_id, try_cast(t.assignee as json) ->> '$.id') as assignee_id
    from raw_zendesk.tickets__latest as t
),
embedded as (
    select t._row_id, t._loaded_at, t.id as ticket_id, j.comment ->> '$.author_id' as user_id
    from raw_zendesk.tickets as t, unnest(try_cast(t.comments as json[])) as j (comment)
),
audited as (
    select a._row_id, a._loaded_at, a.ticket_id, e.event ->> '$.author_id' as user_id
    from raw_zendesk.ticket_audits__latest as a, unnest(try_cast(a.events as json[])) as e (event)
    where e.event ->> '$.type' in ('Comment', 'VoiceComment')
),
copied as (
    select t._row_id, t._loaded_at, t.id as ticket_id, cc.user_id ->> '$' as user_id
    from ticket as t, unnest(try_cast(t.email_cc_ids as json[])) as cc (user_id)
),
present as (
    select _row_id, _loaded_at, id as ticket_id, requester_id as user_id, 'from' as role, 1 as place from ticket
    union all
    select c._row_id, c._loaded_at, c.ticket_id, c.author_id as user_id, 'from' as role, 2 as place
    from raw_zendesk.ticket_comments__latest as c
    union all
    select _row_id, _loaded_at, ticket_id, user_id, 'from' as role, 3 as place from embedded
    union all
    select _row_id, _loaded_at, ticket_id, user_id, 'from' as role, 4 as place from audited
    union all
    select _row_id, _loaded_at, ticket_id, user_id, 'cc' as role, 5 as place from copied
),
once as (
    select * from present
    where user_id is not null and ticket_id is not null
    qualify row_number() over (partition by ticket_id, user_id order by place, _loaded_at, _row_id) = 1
),
known as (
    select
        p._row_id, p._loaded_at, p.ticket_id, p.user_id, p.role, lower(coalesce(u.email, r.requester_email)) as address,
        case
            when lower(u.role) in ('agent', 'admin') then 'team_member'
            when u.id is not null or r.id is not null then 'contact'
            when a.id is not null then 'team_member'
        end as kind
    from once as p
    left join raw_zendesk.users__latest as u on p.user_id = u.id
    left join ticket as r on p.ticket_id = r.id and p.user_id = r.requester_id
    left join ticket as a on p.ticket_id = a.id and p.user_id = a.assignee_id
)
select
    _row_id,
    _loaded_at,
    ticket_id || ':' || user_id as source_record_id,
    ticket_id as conversation_id,
    case kind when 'contact' then user_id end as contact_id,
    case kind when 'team_member' then user_id end as team_member_id,
    address,
    role
from known
where kind is not null

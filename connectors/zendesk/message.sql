with exported as (
    select
        c.id, c.ticket_id, c.author_id, c.body, c.plain_body, c.public, c.created_at, c.attachments,
        try_cast(c.via as json) ->> '$.channel' as channel, c._row_id, c._loaded_at
    from raw_zendesk.ticket_comments__latest as c
),
-- every version of a ticket: a page of the API comes without the comments that an account export had
embedded as (
    select
        j.comment ->> '$.id' as id, t.id as ticket_id, j.comment ->> '$.author_id' as author_id,
        j.comment ->> '$.body' as body, j.comment ->> '$.plain_body' as plain_body, j.comment ->> '$.public' as public,
        j.comment ->> '$.created_at' as created_at, j.comment ->> '$.attachments' as attachments,
        j.comment ->> '$.via.channel' as channel, t._row_id, t._loaded_at
    from raw_zendesk.tickets as t, unnest(try_cast(t.comments as json[])) as j (comment)
),
audited as (
    select
        e.event ->> '$.id' as id, a.ticket_id, e.event ->> '$.author_id' as author_id, e.event ->> '$.body' as body,
        e.event ->> '$.plain_body' as plain_body, e.event ->> '$.public' as public, a.created_at,
        e.event ->> '$.attachments' as attachments,
        coalesce(e.event ->> '$.via.channel', try_cast(a.via as json) ->> '$.channel') as channel,
        a._row_id, a._loaded_at
    from raw_zendesk.ticket_audits__latest as a, unnest(try_cast(a.events as json[])) as e (event)
    where e.event ->> '$.type' in ('Comment', 'VoiceComment')
),
told as (
    select *, 1 as place from exported
    union all
    select *, 2 as place from embedded
    union all
    select *, 3 as place from audited
),
-- the same comment may come in three ways; what arrived last knows of later redactions
newest as (
    select * from told
    qualify row_number() over (partition by id order by _loaded_at desc, place asc, _row_id asc) = 1
),
ticket as (
    select
        t.id, coalesce(t.requester_id, try_cast(t.requester as json) ->> '$.id') as requester_id,
        coalesce(t.assignee_id, try_cast(t.assignee as json) ->> '$.id') as assignee_id
    from raw_zendesk.tickets__latest as t
),
signed as (
    select
        n._row_id, n._loaded_at, n.id, n.ticket_id, n.author_id, n.body, n.plain_body, n.public, n.created_at,
        n.attachments, n.channel,
        case
            when lower(u.role) in ('agent', 'admin') then 'team_member'
            when u.id is not null or n.author_id = t.requester_id then 'contact'
            when n.author_id = t.assignee_id then 'team_member'
        end as author_kind
    from newest as n
    left join raw_zendesk.users__latest as u on n.author_id = u.id
    left join ticket as t on n.ticket_id = t.id
)
select
    _row_id,
    _loaded_at,
    id as source_record_id,
    ticket_id as conversation_id,
    created_at as sent_at,
    case author_kind when 'contact' then author_id end as author_contact_id,
    case author_kind when 'team_member' then author_id end as author_team_member_id,
    coalesce(body, plain_body) as body,
    lower(public) as is_public,
    -- -1 is the help desk itself; a rule's text was written by no person either
    author_id = '-1' or coalesce(channel, '') = 'rule' as is_automatic,
    coalesce(attachments, '[]') not in ('[]', '') as has_attachments,
    created_at
from signed

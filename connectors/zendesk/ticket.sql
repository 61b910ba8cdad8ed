with ticket as (
    select
        t._row_id, t._loaded_at, t.custom, t.id, t.external_id, t.subject, t.created_at, t.updated_at, t.tags,
        t.solved_at, t.reopens, t.replies, t.first_reply_time_in_minutes,
        t.organization as organization_name, t.assignee as assignee_name,
        lower(t.status) as status, nullif(lower(t.priority), '-') as priority, nullif(lower(t.type), '-') as category,
        lower(coalesce(t.via_channel, try_cast(t.via as json) ->> '$.channel', t.via)) as channel,
        coalesce(t.requester_id, try_cast(t.requester as json) ->> '$.id') as requester_id,
        coalesce(t.assignee_id, try_cast(t.assignee as json) ->> '$.id') as assignee_id,
        coalesce(t.organization_id, try_cast(t.organization as json) ->> '$.id') as organization_id,
        coalesce(t.satisfaction_score, try_cast(t.satisfaction_rating as json) ->> '$.score') as score,
        try_cast(t.satisfaction_rating as json) ->> '$.comment' as comment
    from raw_zendesk.tickets__latest as t
),
rating as (
    select r.ticket_id, r.score, r.comment, try_cast(r.updated_at as timestamptz) as rated_at
    from raw_zendesk.satisfaction_ratings__latest as r
    qualify row_number() over (partition by r.ticket_id order by rated_at desc nulls last, r.id desc) = 1
),
-- a ticket list and a page of the API may lack the description that an earlier version had
described as (
    select v.id, arg_max(v.description, v._loaded_at) as description
    from raw_zendesk.tickets as v
    where v.description is not null
    group by v.id
),
-- a ticket list names the organisation and the agent instead of giving ids; a name that two share says nothing
organization as (
    select o.name, min(o.id) as id
    from raw_zendesk.organizations__latest as o
    group by o.name
    having count(*) = 1
),
staff as (
    select u.id, u.name, count(*) over (partition by u.name) as namesakes
    from raw_zendesk.users__latest as u
    where lower(u.role) in ('agent', 'admin')
),
told as (
    select
        t.*, d.description, coalesce(t.organization_id, o.id) as company_id, coalesce(t.assignee_id, a.id) as worker_id,
        case when s.id is null then t.requester_id end as asker_id, m.reply_time_in_minutes, r.comment as later_comment,
        coalesce(t.solved_at, m.solved_at) as closed_at, coalesce(t.reopens, m.reopens) as reopen_count,
        coalesce(t.replies, m.replies) as reply_count,
        case when t.score is null or r.rated_at > try_cast(t.updated_at as timestamptz) then r.score end as later_score,
        coalesce(t.first_reply_time_in_minutes, try_cast(m.reply_time_in_minutes as json) ->> '$.calendar') as minutes
    from ticket as t
    left join described as d on t.id = d.id
    left join organization as o on t.organization_name = o.name
    left join staff as a on t.assignee_name = a.name and a.namesakes = 1
    left join staff as s on t.requester_id = s.id
    left join rating as r on t.id = r.ticket_id
    left join raw_zendesk.ticket_metrics__latest as m on t.id = m.ticket_id
),
scored as (
    select t.*, replace(replace(lower(coalesce(t.later_score, t.score)), '_', ''), ' ', '') as word from told as t
)
select
    _row_id, _loaded_at, custom, id as source_record_id, external_id,
    company_id, asker_id as requester_id, worker_id as assignee_id,
    coalesce(nullif(trim(subject), ''), nullif(trim(substr(description, 1, 80)), ''), '(no subject)') as subject,
    description,
    case when status = 'deleted' then 'closed' when status in ('on-hold', 'on hold') then 'hold' else status end as status,
    priority, category,
    case channel when 'mail' then 'email' when 'web form' then 'web' else channel end as channel,
    created_at as opened_at, created_at, updated_at,
    case when regexp_matches(minutes, '^\d{1,9}$')
        then try_cast(created_at as timestamptz) + cast(minutes as bigint) * interval 1 minute end as first_replied_at,
    closed_at as solved_at, reopen_count, reply_count,
    case
        when word in ('good', 'goodwithcomment', 'goodwithoutcomment') then 'good'
        when word in ('bad', 'badwithcomment', 'badwithoutcomment') then 'bad'
        when word = 'notoffered' then 'unoffered'
        else word
    end as csat,
    coalesce(case when later_score is not null then later_comment end, comment, later_comment) as csat_comment,
    nullif(regexp_replace(trim(regexp_replace(tags, '["\[\]]', ' ', 'g')), '[,\s]+', ';', 'g'), '') as tags,
    case when status = 'deleted' then updated_at end as source_deleted_at
from scored

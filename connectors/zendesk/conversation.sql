with staff as (
    select u.id
    from raw_zendesk.users__latest as u
    where lower(u.role) in ('agent', 'admin')
),
described as (
    select v.id, arg_max(v.description, v._loaded_at) as description
    from raw_zendesk.tickets as v
    where v.description is not null
    group by v.id
),
organization as (
    select o.name, min(o.id) as id
    from raw_zendesk.organizations__latest as o
    group by o.name
    having count(*) = 1
),
ticket as (
    select
        t._row_id, t._loaded_at, t.id, t.subject, t.created_at, t.updated_at, t.tags, t.submitter_id,
        t.organization as organization_name,
        lower(t.status) as status, coalesce(t.requester_id, try_cast(t.requester as json) ->> '$.id') as requester_id,
        coalesce(t.organization_id, try_cast(t.organization as json) ->> '$.id') as organization_id
    from raw_zendesk.tickets__latest as t
)
select
    t._row_id,
    t._loaded_at,
    t.id as source_record_id,
    t.id as ticket_id,
    coalesce(t.organization_id, o.id) as company_id,
    'ticket' as conversation_type,
    nullif(trim(t.subject), '') as subject,
    substr(d.description, 1, 200) as snippet,
    t.created_at as started_at,
    -- an agent who writes in somebody's name began the talk; without a submitter nobody says who began
    case when t.submitter_id = t.requester_id then 'in' when s.id is not null then 'out' end as direction,
    t.status not in ('solved', 'closed', 'deleted') as is_open,
    nullif(regexp_replace(trim(regexp_replace(t.tags, '["\[\]]', ' ', 'g')), '[,\s]+', ';', 'g'), '') as tags,
    t.created_at,
    t.updated_at,
    case when t.status = 'deleted' then t.updated_at end as source_deleted_at
from ticket as t
left join described as d on t.id = d.id
left join organization as o on t.organization_name = o.name
left join staff as s on t.submitter_id = s.id

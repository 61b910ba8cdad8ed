with attached as (
    select
        c.id as contact_id, coalesce(a.item ->> '$.id', a.item ->> '$.company_id') as company_id
    from raw_intercom.contacts__latest as c,
        unnest(try_cast(try_cast(c.companies as json) ->> '$.data' as json[])) as a (item)
    union all
    select l.contact_id, l.company_id
    from raw_intercom.contact_companies__latest as l
    where lower(coalesce(l.active, 'true')) <> 'false'
),
-- of a user of several companies nobody says which one an account belongs to
only_company as (
    select a.contact_id, min(a.company_id) as company_id
    from attached as a
    group by a.contact_id
    having count(distinct a.company_id) = 1
),
plan as (
    select
        c.id, coalesce(try_cast(c.custom ->> '$.plan' as json) ->> '$.name', c.custom ->> '$.plan_name') as plan
    from raw_intercom.companies__latest as c
)
select
    c._row_id,
    c._loaded_at,
    c.id as source_record_id,
    c.id as contact_id,
    o.company_id,
    trim(c.external_id) as external_user_id,
    nullif(trim(c.name), '') as name,
    lower(nullif(trim(c.email), '')) as email,
    nullif(p.plan, '') as plan,
    case when regexp_matches(c.signed_up_at, '^\d{1,11}$')
        then epoch_ms(c.signed_up_at::bigint * 1000)::varchar else c.signed_up_at end as signed_up_at,
    case when regexp_matches(c.last_seen_at, '^\d{1,11}$')
        then epoch_ms(c.last_seen_at::bigint * 1000)::varchar else c.last_seen_at end as last_active_at,
    case when lower(coalesce(c.archived, c.deleted)) = 'true' then 'deactivated' end as status,
    case when regexp_matches(c.updated_at, '^\d{1,11}$')
        then epoch_ms(c.updated_at::bigint * 1000)::varchar else c.updated_at end as updated_at
from raw_intercom.contacts__latest as c
left join only_company as o on c.id = o.contact_id
left join plan as p on o.company_id = p.id
-- leads are not in the product; their external id is one that Intercom made up
where lower(c.role) = 'user' and trim(c.external_id) <> ''

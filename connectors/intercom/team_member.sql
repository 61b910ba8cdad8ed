with placed as (
    select a.id, t.team ->> '$' as team_id
    from raw_intercom.admins__latest as a, unnest(try_cast(a.team_ids as json[])) as t (team)
    union all
    select m.admin ->> '$', t.id
    from raw_intercom.teams__latest as t, unnest(try_cast(t.admin_ids as json[])) as m (admin)
    union all
    select l.admin_id, l.team_id
    from raw_intercom.team_admins__latest as l
    where lower(coalesce(l.deleted, 'false')) <> 'true'
),
team as (
    select t.id, t.name from raw_intercom.teams__latest as t
    union all
    select t.id, t.name from raw_intercom.team_table__latest as t where lower(coalesce(t.deleted, 'false')) <> 'true'
),
member as (
    select p.id, string_agg(distinct trim(t.name), ';' order by trim(t.name)) as team
    from placed as p
    join team as t on p.team_id = t.id
    group by p.id
)
select
    a._row_id,
    a._loaded_at,
    a.custom,
    a.id as source_record_id,
    coalesce(nullif(trim(a.name), ''), lower(trim(a.email))) as name,
    lower(nullif(trim(a.email), '')) as email,
    nullif(trim(a.job_title), '') as roles,
    m.team,
    lower(coalesce(a.deleted, 'false')) <> 'true' as is_active
from raw_intercom.admins__latest as a
left join member as m on a.id = m.id
-- the address of Intercom's own bot
where not coalesce(lower(a.email) like 'operator+%@intercom.io', false)

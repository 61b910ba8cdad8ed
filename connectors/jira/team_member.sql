with told as (
    select
        u.account_id as id, u.display_name as name, u.email_address as email, u.active, u.account_type as kind,
        u._row_id, u._loaded_at, 1 as place
    from raw_jira.users as u
    union all
    select
        coalesce(p.person ->> '$.accountId', p.person ->> '$.key'), p.person ->> '$.displayName',
        p.person ->> '$.emailAddress', p.person ->> '$.active', p.person ->> '$.accountType', p._row_id, p._loaded_at, 2
    from (
        select try_cast(assignee as json) as person, _row_id, _loaded_at from raw_jira.issues__latest
        union all
        select try_cast(reporter as json), _row_id, _loaded_at from raw_jira.issues__latest
        union all
        select h.item -> '$.author', i._row_id, i._loaded_at
        from raw_jira.issues as i,
            unnest(try_cast(try_cast(i.changelog as json) ->> '$.histories' as json[])) as h (item)
        union all
        select h.item -> '$.author', c._row_id, c._loaded_at
        from raw_jira.changelogs__latest as c, unnest(try_cast(c.change_histories as json[])) as h (item)
    ) as p
    union all
    -- a CSV names people; only Jira Cloud gives their ids beside
    select coalesce(assignee_id, assignee), assignee, null, null, null, _row_id, _loaded_at, 3
    from raw_jira.issues__latest
    where left(assignee, 1) <> '{'
    union all
    select coalesce(reporter_id, reporter), reporter, null, null, null, _row_id, _loaded_at, 3
    from raw_jira.issues__latest
    where left(reporter, 1) <> '{'
),
-- the API's list hides most addresses; one that came any other way, or before, stays
person as (
    select
        t.id, arg_min(t._row_id, (t.place, t._row_id)) as _row_id, max(t._loaded_at) as _loaded_at,
        arg_max(t.name, (-t.place, t._loaded_at)) filter (where trim(t.name) <> '') as name,
        arg_max(lower(trim(t.email)), (-t.place, t._loaded_at)) filter (where trim(t.email) <> '') as email,
        arg_max(lower(t.active), (-t.place, t._loaded_at)) filter (where t.active is not null) as active,
        max(t.kind) as kind
    from told as t
    where t.id is not null
    group by t.id
),
customer as (
    select distinct m.account_id as id from raw_jira.organization_members__latest as m
)
select
    p._row_id,
    p._loaded_at,
    p.id as source_record_id,
    coalesce(p.name, p.email, p.id) as name,
    p.email,
    p.active not in ('false', 'suspended', 'deactivated', 'inactive') as is_active
from person as p
left join customer as c on p.id = c.id
-- apps are nobody; the customers of a service desk are contacts
where coalesce(p.kind, case when c.id is not null or p.id like 'qm:%' then 'customer' end, 'atlassian') = 'atlassian'

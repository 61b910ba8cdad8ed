with told as (
    select
        m.account_id as id, m.display_name as name, 'customer' as kind, m._row_id, m._loaded_at, 1 as place
    from raw_jira.organization_members__latest as m
    union all
    select u.account_id, u.display_name, u.account_type, u._row_id, u._loaded_at, 2
    from raw_jira.users__latest as u
    union all
    select p.person ->> '$.accountId', p.person ->> '$.displayName', p.person ->> '$.accountType',
        p._row_id, p._loaded_at, 3
    from (
        select try_cast(reporter as json) as person, _row_id, _loaded_at from raw_jira.issues__latest
    ) as p
    union all
    select reporter_id, reporter, null, _row_id, _loaded_at, 4
    from raw_jira.issues__latest
    where reporter_id like 'qm:%'
),
person as (
    select
        t.id, arg_min(t._row_id, (t.place, t._row_id)) as _row_id, max(t._loaded_at) as _loaded_at,
        arg_max(trim(t.name), (-t.place, t._loaded_at)) filter (where trim(t.name) <> '') as name,
        -- our own people may be members of an organization too
        bool_or(t.kind in ('atlassian', 'app')) as is_staff,
        bool_or(t.kind = 'customer' or t.id like 'qm:%') as is_customer
    from told as t
    where t.id is not null
    group by t.id
)
select
    _row_id,
    _loaded_at,
    id as source_record_id,
    coalesce(name, id) as name
from person
where is_customer and not coalesce(is_staff, false)

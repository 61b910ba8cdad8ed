with told as (
    select m.account_id as id, m.email_address as email, 'customer' as kind, m._row_id, m._loaded_at
    from raw_jira.organization_members__latest as m
    union all
    select u.account_id, u.email_address, u.account_type, u._row_id, u._loaded_at
    from raw_jira.users__latest as u
    union all
    select p.person ->> '$.accountId', p.person ->> '$.emailAddress', p.person ->> '$.accountType', p._row_id, p._loaded_at
    from (
        select try_cast(reporter as json) as person, _row_id, _loaded_at from raw_jira.issues__latest
    ) as p
),
staff as (
    select distinct t.id from told as t where t.kind in ('atlassian', 'app')
),
address as (
    select t.id, lower(trim(t.email)) as address, t._row_id, t._loaded_at
    from told as t
    left join staff as s on t.id = s.id
    where s.id is null and (t.kind = 'customer' or t.id like 'qm:%') and trim(t.email) <> ''
)
select
    min(_row_id) as _row_id,
    max(_loaded_at) as _loaded_at,
    id || ':' || address as source_record_id,
    id as contact_id,
    address,
    true as is_primary
from address
group by id, address

with told as (
    select o.id, trim(o.name) as name, o._row_id, o._loaded_at, 1 as place
    from raw_jira.organizations__latest as o
    union all
    -- the field is known by what stands in it; its number differs from site to site
    select n.item ->> '$.id', trim(n.item ->> '$.name'), v._row_id, v._loaded_at, 2
    from (
        select i._row_id, i._loaded_at, i.custom ->> ('$.' || k.name) as value
        from raw_jira.issues__latest as i, unnest(json_keys(i.custom)) as k (name)
        where k.name like 'customfield_%'
    ) as v, unnest(try_cast(v.value as json[])) as n (item)
    where v.value like '%/rest/servicedeskapi/organization/%'
    union all
    -- a CSV has the name alone
    select 'name:' || lower(trim(c.name)), trim(c.name), c._row_id, c._loaded_at, 3
    from (
        select _row_id, _loaded_at, organizations as name from raw_jira.issues__latest
        union all
        select i._row_id, i._loaded_at, i.custom ->> ('$.' || k.name)
        from raw_jira.issues__latest as i, unnest(json_keys(i.custom)) as k (name)
        where regexp_matches(k.name, '^organizations_\d+$')
    ) as c
    where trim(c.name) <> ''
),
once as (
    select * from told
    where id is not null
    qualify row_number() over (partition by id order by place asc, _loaded_at desc, _row_id asc) = 1
),
numbered as (
    select distinct lower(o.name) as name from once as o where o.place < 3
)
select
    o._row_id,
    o._loaded_at,
    o.id as source_record_id,
    o.name
from once as o
left join numbered as n on o.place = 3 and lower(o.name) = n.name
where n.name is null

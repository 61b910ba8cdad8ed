with linked as (
    select t.id, trim(a.company_id) as company_id, null as contact_id
    from raw_hubspot.tasks__latest as t, unnest(string_split(t.associated_company_ids, ';')) as a (company_id)
    union all
    select t.id, null, trim(a.contact_id)
    from raw_hubspot.tasks__latest as t, unnest(string_split(t.associated_contact_ids, ';')) as a (contact_id)
    union all
    select t.id, a.link ->> '$.id', null
    from
        raw_hubspot.tasks__latest as t,
        unnest(try_cast(try_cast(t.associations as json) ->> '$.companies.results' as json[])) as a (link)
    union all
    select t.id, null, a.link ->> '$.id'
    from
        raw_hubspot.tasks__latest as t,
        unnest(try_cast(try_cast(t.associations as json) ->> '$.contacts.results' as json[])) as a (link)
    union all
    -- pages of the associations API: v4 gives the kind of link as a number, v3 as a word
    select a.id, coalesce(l.link ->> '$.toObjectId', l.link ->> '$.id'), null
    from raw_hubspot.associations__latest as a, unnest(try_cast(a.links as json[])) as l (link)
    where regexp_matches(cast(l.link as varchar), '"typeId": ?192\D|"task_to_company')
    union all
    select a.id, null, coalesce(l.link ->> '$.toObjectId', l.link ->> '$.id')
    from raw_hubspot.associations__latest as a, unnest(try_cast(a.links as json[])) as l (link)
    where regexp_matches(cast(l.link as varchar), '"typeId": ?204\D|"task_to_contact')
),
one_each as (
    select l.id, l.company_id, l.contact_id
    from linked as l
    where coalesce(l.company_id, l.contact_id) <> ''
    group by all
)
select
    t._row_id,
    t._loaded_at,
    t.id || coalesce(':company:' || l.company_id, ':contact:' || l.contact_id) as source_record_id,
    t.id as task_id,
    l.company_id,
    l.contact_id,
    case when lower(t.archived) = 'true' then coalesce(t.archived_at, t.updated_at) end as source_deleted_at
from one_each as l
join raw_hubspot.tasks__latest as t on l.id = t.id

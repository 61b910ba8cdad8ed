-- the address of a record in another system says which record it is
with address (what, source, pattern) as (
    values
    ('ticket', 'zendesk', '^https?://[^/]+\.zendesk\.com/.*?(?:tickets|requests)/(\d+)'),
    ('company', 'zendesk', '^https?://[^/]+\.zendesk\.com/.*?organizations/(\d+)'),
    ('contact', 'zendesk', '^https?://[^/]+\.zendesk\.com/.*?users/(\d+)'),
    ('company', 'hubspot', '^https?://app[^/]*\.hubspot\.com/contacts/\d+/(?:company|record/0-2)/(\d+)'),
    ('contact', 'hubspot', '^https?://app[^/]*\.hubspot\.com/contacts/\d+/(?:contact|record/0-1)/(\d+)'),
    ('ticket', 'hubspot', '^https?://app[^/]*\.hubspot\.com/contacts/\d+/(?:ticket|record/0-5)/(\d+)'),
    ('company', 'salesforce', '^https?://[^/]+\.(?:sales)?force\.com/(?:.*[/=])?(001\w{15})(?:[/?&#].*)?$'),
    ('contact', 'salesforce', '^https?://[^/]+\.(?:sales)?force\.com/(?:.*[/=])?(003\w{15})(?:[/?&#].*)?$'),
    ('ticket', 'salesforce', '^https?://[^/]+\.(?:sales)?force\.com/(?:.*[/=])?(500\w{15})(?:[/?&#].*)?$'),
    ('conversation', 'intercom', '^https?://app\.[^/]*intercom\.(?:com|io)/.*conversations?/(\d+)'),
    ('company', 'stripe', '^https?://dashboard\.stripe\.com/(?:.*/)?customers/(cus_\w+)')
),
field as (
    select f.id, lower(f.name) as name
    from raw_jira.fields__latest as f
    where lower(f.name) in
        ('customer', 'customers', 'customer id', 'customer ids', 'company', 'crm id', 'zendesk ticket ids')
),
organization as (
    select lower(trim(o.name)) as name, min(o.id) as id
    from raw_jira.organizations__latest as o
    group by all
    having count(*) = 1
),
-- what an issue is filled with beside its standard fields, as columns of a CSV or custom fields of JSON
filled as (
    select
        i.id as issue_id, i._row_id, i._loaded_at, i.custom ->> ('$.' || k.name) as value,
        case
            when k.name like 'customfield_%' and i.custom ->> ('$.' || k.name) like '%/servicedeskapi/organization/%'
                then 'organizations'
            when f.name = 'zendesk ticket ids' then 'zendesk'
            when f.name is not null then 'customer'
            else regexp_extract(k.name, '^(organizations|customer|labels|zendesk)(?:_ticket_ids)?_\d+$', 1)
        end as kind
    from raw_jira.issues__latest as i, unnest(json_keys(i.custom)) as k (name)
    left join field as f on k.name = f.id
    union all
    select i.id, i._row_id, i._loaded_at, t.value, t.kind
    from raw_jira.issues__latest as i, lateral (
        values ('organizations', i.organizations), ('customer', i.customer), ('labels', i.labels),
        ('zendesk', i.zendesk_ticket_ids)
    ) as t (kind, value)
),
-- a value is a list, an object or a text; what a person reads in it is its value or name
item as (
    select
        f.issue_id, f._row_id, f._loaded_at, f.kind, j.item ->> '$.id' as id,
        trim(coalesce(j.item ->> '$.value', j.item ->> '$.name', j.item ->> '$')) as text
    from filled as f, unnest(try_cast(case left(trim(f.value), 1)
        when '[' then f.value when '{' then '[' || f.value || ']' else json_array(f.value) end as json[])) as j (item)
    where f.kind <> '' and trim(f.value) <> ''
),
named as (
    select i.*, regexp_replace(i.text, '^customer:', '', 'g') as reference
    from item as i
    where i.kind in ('organizations', 'customer') or (i.kind = 'labels' and i.text like 'customer:%')
),
pointed as (
    select
        n.issue_id, n._row_id, n._loaded_at, n.kind as told_by, n.text as value, 'company' as what,
        case
            when n.kind = 'organizations' then coalesce(n.id, o.id, 'name:' || lower(n.text))
            when regexp_matches(n.reference, '^[a-z_]+:[^\s/]') then n.reference
            else o.id
        end as target
    from named as n
    left join organization as o on lower(n.reference) = o.name
    union all
    select i.issue_id, i._row_id, i._loaded_at, i.kind, t.id, 'ticket', 'zendesk:' || t.id
    from item as i, unnest(regexp_extract_all(i.text, '\d+')) as t (id)
    where i.kind = 'zendesk'
    union all
    -- who asked for it in the service desk
    select i.id as issue_id, i._row_id, i._loaded_at, 'reporter', p.person_id, 'contact' as what, p.person_id as target
    from raw_jira.issues__latest as i, lateral (
        values (coalesce(try_cast(i.reporter as json) ->> '$.accountId', i.reporter_id))
    ) as p (person_id)
    where try_cast(i.reporter as json) ->> '$.accountType' = 'customer' or p.person_id like 'qm:%'
    union all
    select coalesce(i.id, l.issue), l._row_id, l._loaded_at, 'remote link', l.address, a.what,
        a.source || ':' || regexp_extract(l.address, a.pattern, 1)
    from (
        select
            r._row_id, r._loaded_at, regexp_extract(r.self, '/issue/([^/]+)/remotelink/', 1) as issue,
            try_cast(r.object as json) ->> '$.url' as address
        from raw_jira.remote_links__latest as r
    ) as l
    join address as a on regexp_matches(l.address, a.pattern)
    left join raw_jira.issues__latest as i on l.issue = i.key
)
select
    min(_row_id) as _row_id,
    max(_loaded_at) as _loaded_at,
    issue_id || ':' || coalesce(target, value) as source_record_id,
    issue_id,
    case when what = 'company' then target end as company_id,
    case when what = 'contact' then target end as contact_id,
    case when what = 'ticket' then target end as ticket_id,
    case when what = 'conversation' then target end as conversation_id,
    min('{"told_by":' || to_json(told_by) || ',"value":' || to_json(value) || '}') as custom
from pointed
group by issue_id, what, target, coalesce(target, value)

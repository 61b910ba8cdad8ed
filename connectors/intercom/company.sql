with tagged as (
    select c.id, t.tag ->> '$.name' as name
    from raw_intercom.companies__latest as c, unnest(try_cast(try_cast(c.tags as json) ->> '$.tags' as json[])) as t (tag)
    union all
    select t.company_id, n.name
    from raw_intercom.company_tags__latest as t
    join raw_intercom.tag_table__latest as n on t.tag_id = n.id
    where lower(coalesce(t.active, 'true')) <> 'false' and lower(coalesce(n.deleted, 'false')) <> 'true'
),
labelled as (
    select t.id, string_agg(distinct trim(t.name), ';' order by trim(t.name)) as tags
    from tagged as t
    group by t.id
),
company as (
    select
        c._row_id, c._loaded_at, c.custom, c.id, c.industry, c.size, c.created_at, c.updated_at,
        nullif(trim(c.name), '') as name, nullif(trim(c.website), '') as website,
        nullif(trim(c.company_id), '') as own_id
    from raw_intercom.companies__latest as c
)
select
    c._row_id,
    c._loaded_at,
    c.custom,
    c.id as source_record_id,
    -- the workspace's own id of the company; Intercom makes one up for companies that its bots ask for
    case
        when c.own_id like '%-qualification-company' then null
        when c.own_id like '%:%' then c.own_id
        else '*:' || c.own_id
    end as external_id,
    coalesce(c.name, c.website, c.own_id) as name,
    c.website,
    c.industry,
    -- 0 is what Intercom writes where nobody said
    nullif(c.size, '0') as employee_count,
    l.tags,
    case when regexp_matches(c.created_at, '^\d{1,11}$')
        then epoch_ms(c.created_at::bigint * 1000)::varchar else c.created_at end as created_at,
    case when regexp_matches(c.updated_at, '^\d{1,11}$')
        then epoch_ms(c.updated_at::bigint * 1000)::varchar else c.updated_at end as updated_at
from company as c
left join labelled as l on c.id = l.id

with attached as (
    select c._row_id, c._loaded_at, c.id as contact_id, coalesce(a.item ->> '$.id', a.item ->> '$.company_id') as company_id
    from raw_intercom.contacts__latest as c,
        unnest(try_cast(try_cast(c.companies as json) ->> '$.data' as json[])) as a (item)
    union all
    select l._row_id, l._loaded_at, l.contact_id, l.company_id
    from raw_intercom.contact_companies__latest as l
    where lower(coalesce(l.active, 'true')) <> 'false'
),
titled as (
    select c.id, coalesce(c.custom ->> '$.job_title', c.custom ->> '$.custom_job_title') as job_title
    from raw_intercom.contacts__latest as c
)
select
    min(a._row_id) as _row_id,
    max(a._loaded_at) as _loaded_at,
    a.contact_id || ':' || a.company_id as source_record_id,
    a.contact_id,
    a.company_id,
    max(t.job_title) as job_title,
    -- Intercom puts no company first; a person's only one is the main one
    count(*) over (partition by a.contact_id) = 1 as is_primary
from attached as a
left join titled as t on a.contact_id = t.id
where a.company_id is not null
group by a.contact_id, a.company_id

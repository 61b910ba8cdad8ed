with named as (
    select lower(trim(c.name)) as name, min(c.id) as id
    from raw_planhat.companies__latest as c
    group by all
    having count(*) = 1
),
run as (
    -- a project with a type of service is a service
    select
        p.*, try_cast(p.custom_fields as json) as own, timezone('UTC', try_cast(p.end_date as timestamptz)) as last_instant,
        coalesce(try_cast(p.owner_id as json) ->> '$._id', p.owner_id) as owner,
        coalesce(
            round(try_cast(p.mrr as decimal(34, 16)), 4), round(try_cast(p.arr as decimal(34, 16)) / 12, 4)
        ) as monthly
    from raw_planhat.projects__latest as p
    where (try_cast(p.custom_fields as json) ->> '$."Service Type"') is null
)
select
    r._row_id,
    r._loaded_at,
    nullif(json_merge_patch(coalesce(r.custom, '{}'), coalesce(r.own, '{}')), '{}') as custom,
    r.id as source_record_id,
    coalesce(r.company_id, n.id) as company_id,
    r.name,
    coalesce(r.status, r.own ->> '$.Status') as status,
    r.own ->> '$.Objective' as objective,
    r.start_date as starts_on,
    -- Planhat shows the last day
    coalesce(cast(cast(r.last_instant as date) + 1 as varchar), r.end_date) as ends_on,
    coalesce(cast(cast(r.monthly as decimal(18, 4)) as varchar), r.mrr, r.arr) as mrr,
    upper(coalesce(try_cast(r.currency as json) ->> '$._id', r.currency)) as currency,
    coalesce(r.owner, r.own ->> '$.Owner') as owner_id,
    coalesce(r.created_at, r.create_date) as created_at,
    r.updated_at
from run as r
left join named as n on lower(trim(r.company_name)) = n.name

with company as (
    select c.external_id, min(c.id) as id from raw_planhat.companies__latest as c group by c.external_id having count(*) = 1
),
person as (
    select e.external_id, min(e.id) as id from raw_planhat.endusers__latest as e group by e.external_id having count(*) = 1
),
addressed as (
    select lower(trim(e.email)) as email, min(e.id) as id from raw_planhat.endusers__latest as e
    group by lower(trim(e.email)) having count(*) = 1
),
thing as (
    select 'asset' as kind, a.external_id, a.id from raw_planhat.assets__latest as a
    union all
    select 'project', p.external_id, p.id from raw_planhat.projects__latest as p
),
done as (
    select
        a.*, lower(trim(a.email)) as address,
        coalesce(
            a.record_id,
            md5(concat_ws('|', a.action, a.date, coalesce(a.enduser_id, a.external_id, lower(trim(a.email))), a.company_id,
                a.company_external_id, a.asset_external_id, a.project_external_id, a.info))
        ) as mark
    from raw_planhat.activities__latest as a
),
once as (
    -- activities have no id: what the same person did at the same instant, told twice, is one act
    select * from done qualify row_number() over (partition by mark order by _loaded_at desc, _row_id asc) = 1
)
select
    o._row_id,
    o._loaded_at,
    o.mark as source_record_id,
    o.action as event_name,
    o.date as occurred_at,
    coalesce(o.external_id, o.address) as external_user_id,
    coalesce(o.enduser_id, p.id, d.id) as product_user_id,
    coalesce(o.enduser_id, p.id, d.id, o.address) as contact_id,
    -- the import file writes either of a company's ids
    coalesce(x.id, o.company_id) as company_id,
    t.id as asset_id,
    j.id as project_id,
    coalesce(
        cast(round(try_cast(coalesce(o.weight, '1') as decimal(18, 8)) * try_cast(coalesce(o.count, '1') as decimal(18, 4)), 12)
            as varchar),
        o.weight
    ) as weight,
    o.info as properties
from once as o
left join company as x on coalesce(o.company_external_id, o.company_id) = x.external_id
left join person as p on o.external_id = p.external_id
left join addressed as d on o.address = d.email
left join thing as t on t.kind = 'asset' and o.asset_external_id = t.external_id
left join thing as j on j.kind = 'project' and o.project_external_id = j.external_id

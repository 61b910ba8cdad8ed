with subject as (
    select 'company' as kind, c.id, c.external_id, c.id as company_id from raw_planhat.companies__latest as c
    union all
    select 'asset', a.id, a.external_id, a.company_id from raw_planhat.assets__latest as a
    union all
    select 'asset', w.id, w.external_id, w.company_id from raw_planhat.workspaces__latest as w
    union all
    select 'project', p.id, p.external_id, p.company_id from raw_planhat.projects__latest as p
),
numbered as (
    select s.kind, s.external_id, min(s.id) as id, min(s.company_id) as company_id
    from subject as s
    where s.external_id is not null
    group by s.kind, s.external_id
    having count(*) = 1
),
worded as (
    select
        d._row_id, d._loaded_at, d.id, d.dimension_id, d.time as read_at, d.value, d.parent_id, d.company_id,
        lower(coalesce(d.model, 'company')) as model
    from raw_planhat.dimensiondata__latest as d
    union all
    -- readings in the form in which they are sent: the ids are the workspace's own; the same reading twice is one
    select
        min(m._row_id), max(m._loaded_at), concat_ws(':', m.dimension_id, lower(m.model), m.external_id, m.date),
        m.dimension_id, m.date, max(m.value), min(n.id), min(n.company_id), lower(coalesce(m.model, 'company'))
    from raw_planhat.metrics__latest as m
    left join numbered as n
        on m.external_id = n.external_id
        and n.kind = replace(lower(coalesce(m.model, 'company')), 'workspace', 'asset')
    group by m.dimension_id, m.model, m.external_id, m.date
),
read as (
    -- readings of single end users have no place here
    select w.*, replace(w.model, 'workspace', 'asset') as kind from worded as w where w.model not in ('enduser', 'end user')
)
select
    r._row_id,
    r._loaded_at,
    r.id as source_record_id,
    r.kind as subject_type,
    coalesce(r.company_id, s.company_id, case when r.kind = 'company' then r.parent_id end) as company_id,
    case when r.kind = 'asset' then r.parent_id end as asset_id,
    case when r.kind = 'project' then r.parent_id end as project_id,
    r.dimension_id as metric,
    r.read_at,
    coalesce(cast(round(try_cast(r.value as decimal(38, 16)), 12) as varchar), r.value) as value
from read as r
left join subject as s on r.parent_id = s.id and r.kind = s.kind

-- One row per thing, metric and day with readings up to now: the day's value, by the policy the last reading or their sum.
-- A thing that went from one company to another belongs to the one its last reading names.
with rule as (
    select m.metric, coalesce(o.per_day, e.per_day) as per_day
    from (select distinct metric from objects.metric_reading) as m
    join policy.calculated_metric_reading as e on e.metric = '*'
    left join policy.calculated_metric_reading as o on m.metric = o.metric
),

known as (
    select
        m.metric_reading_id, m.subject_type, m.company_id, m.metric, m.read_at, m.value, m.unit,
        coalesce(case m.subject_type when 'asset' then m.asset_id when 'project' then m.project_id end, m.company_id)
            as subject_id
    from objects.metric_reading as m
    cross join meta.run as r
    where m.read_at < r.as_of and m.source_deleted_at is null
),

belonging as (
    select subject_type, subject_id, arg_max(company_id, (read_at, metric_reading_id)) as company_id
    from known
    where company_id is not null
    group by subject_type, subject_id
)

select
    k.subject_type,
    k.subject_id,
    b.company_id,
    k.metric,
    cast(k.read_at as date) as read_on,
    case when min(u.per_day) = 'sum' then sum(k.value) else arg_max(k.value, (k.read_at, k.metric_reading_id)) end
        as value,
    max(k.unit) as unit
from known as k
join rule as u on k.metric = u.metric
left join belonging as b on k.subject_type = b.subject_type and k.subject_id = b.subject_id
where k.subject_id is not null
group by k.subject_type, k.subject_id, b.company_id, k.metric, cast(k.read_at as date)

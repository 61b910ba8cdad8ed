-- One row per thing, metric and day with readings up to now: the day's value, by the policy the last reading or their sum.
with rule as (
    select m.metric, coalesce(o.per_day, e.per_day) as per_day
    from (select distinct metric from objects.metric_reading) as m
    join policy.calculated_metric_reading as e on e.metric = '*'
    left join policy.calculated_metric_reading as o on m.metric = o.metric
)

select
    m.subject_type,
    case m.subject_type when 'asset' then m.asset_id when 'project' then m.project_id else m.company_id end as subject_id,
    m.company_id,
    m.metric,
    cast(m.read_at as date) as read_on,
    case when min(u.per_day) = 'sum' then sum(m.value) else arg_max(m.value, (m.read_at, m.metric_reading_id)) end
        as value,
    max(m.unit) as unit
from objects.metric_reading as m
join rule as u on m.metric = u.metric
cross join meta.run as r
where m.read_at < r.as_of and m.source_deleted_at is null
    and coalesce(case m.subject_type when 'asset' then m.asset_id when 'project' then m.project_id end, m.company_id)
    is not null
group by all

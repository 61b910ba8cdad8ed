with rolled_up as (
    select
        v.name, p.subject as subject_type,
        case when p.subject = 'company' then v.company_id else v.subject_id end as subject_id,
        v.company_id, v.from_on, v.to_on, max(v.unit) as unit, max(v.reading_days) as reading_days, count(*) as part_count,
        cast(case min(p.roll_up)
            when 'average' then round(sum(v.value) / count(*), 12)
            when 'min' then min(v.value)
            when 'max' then max(v.value)
            else sum(v.value)
        end as decimal(38, 12)) as value
    from intermediate.measured_value as v
    join policy.calculated_metric_measure as p on v.name = p.name
    -- What was read of nobody knows which asset of a company counts for the company alone.
    where case when p.subject = 'company' then v.company_id is not null else v.subject_id is distinct from v.company_id end
    group by v.name, p.subject, case when p.subject = 'company' then v.company_id else v.subject_id end, v.company_id,
        v.from_on, v.to_on
),

divided as (
    select
        q.name, n.subject_type, n.subject_id, n.company_id, greatest(n.from_on, d.from_on) as from_on, n.to_on,
        coalesce(q.unit, 'ratio') as unit, least(n.reading_days, d.reading_days) as reading_days,
        greatest(n.part_count, d.part_count) as part_count,
        cast(round(n.value / nullif(d.value, 0), 12) as decimal(38, 12)) as value
    from policy.calculated_metric_ratio as q
    join rolled_up as n on q.numerator = n.name
    join rolled_up as d on q.denominator = d.name and n.subject_type = d.subject_type and n.subject_id = d.subject_id
),

everything as (
    select * from rolled_up
    union all by name
    select * from divided
)

select
    e.name as metric, e.subject_type, e.subject_id, e.company_id, e.from_on, e.to_on, e.value, e.unit, e.reading_days,
    e.part_count
from everything as e
cross join policy.behaviour as b
where b.calculated_metrics

-- One row per measure of the policy and thing with readings in its window: the value of the thing by itself.
with windowed as (
    select
        p.name, p.aggregation, d.subject_type, d.subject_id, d.company_id, d.read_on, d.value,
        coalesce(p.unit, d.unit) as unit,
        cast(r.as_of_on - cast(p.days - 1 as integer) as date) as from_on,
        r.as_of_on as to_on
    from policy.calculated_metric_measure as p
    join intermediate.reading_day as d on p.metric = d.metric
        and (p.subject = d.subject_type or (p.subject = 'company' and p.roll_up is not null))
    cross join meta.run as r
    where d.read_on > r.as_of_on - cast(p.days as integer) and d.read_on <= r.as_of_on
)

select
    name, subject_type, subject_id, company_id, from_on, to_on, max(unit) as unit,
    count(*) as reading_days,
    cast(case min(aggregation)
        when 'sum' then sum(value)
        when 'average' then round(sum(value) / count(*), 12)
        when 'min' then min(value)
        when 'max' then max(value)
        else arg_max(value, read_on)
    end as decimal(38, 12)) as value
from windowed
group by name, subject_type, subject_id, company_id, from_on, to_on

-- The last day of the health history says what the health score says, of the same customers.
with last_day as (
    select d.*
    from marts.health_day as d
    join meta.run as r on d.day_on = r.as_of_on
)

select coalesce(s.company_id, d.company_id) as company_id, s.score, s.band, d.score as day_score, d.band as day_band
from marts.health_score as s
full join last_day as d on s.company_id = d.company_id
where s.company_id is null
    or d.company_id is null
    or s.score is distinct from d.score
    or s.band is distinct from d.band
    or s.coverage <> d.coverage
    or s.factor_count <> d.factor_count

select
    d.company_id,
    d.day_on,
    d.profile,
    t.score,
    t.band,
    coalesce(t.coverage, 0) as coverage,
    coalesce(t.factor_count, 0) as factor_count,
    d.is_month_end
from intermediate.scored_day as d
left join intermediate.health_total as t on d.company_id = t.company_id and d.day_on = t.day_on

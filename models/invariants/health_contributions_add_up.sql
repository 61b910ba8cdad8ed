-- The contributions of the signs add up to the health score exactly.
with summed as (
    select company_id, as_of, sum(contribution) as contributed, count(*) as factor_count
    from marts.health_factor
    group by company_id, as_of
)

select s.company_id, s.as_of, s.score, f.contributed
from marts.health_score as s
left join summed as f on s.company_id = f.company_id and s.as_of = f.as_of
where s.score is distinct from f.contributed or s.factor_count <> coalesce(f.factor_count, 0)

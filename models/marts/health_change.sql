select
    p.company_id,
    p.span,
    p.factor,
    f.theme,
    p.from_on,
    p.to_on,
    p.points_before,
    p.points_after as points,
    case
        when p.points_before is null then 'appeared'
        when p.points_after is null then 'gone'
        when p.points_after <> p.points_before then 'moved'
        else 'reweighed'
    end as kind,
    p.change,
    p.score_before,
    p.score_after
from intermediate.health_part as p
join policy.health_factors as f on p.factor = f.factor
where p.span <> 'band' and (p.change <> 0 or p.points_after is distinct from p.points_before)

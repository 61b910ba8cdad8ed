with costly as (
    select
        company_id,
        factor,
        points_lost,
        row_number() over (partition by company_id order by points_lost desc, factor asc) as place
    from marts.health_factor
    where points_lost >= 1
),

reason as (
    select
        company_id,
        string_agg(
            replace(factor, '_', ' ') || ' (−' || cast(cast(round(points_lost) as bigint) as varchar) || ')',
            ', '
            order by place
        ) as reasons
    from costly
    where place <= 3
    group by company_id
)

select
    s.company_id,
    r.as_of_on as as_of,
    coalesce(c.segment, 'not stated') as segment,
    c.owner_id,
    f.profile,
    t.score,
    case
        when t.score < p.at_risk_below then 'at_risk'
        when t.score < p.thriving_from then 'needs_attention'
        when t.score is not null then 'thriving'
    end as band,
    coalesce(t.coverage, 0) as coverage,
    coalesce(t.factor_count, 0) as factor_count,
    x.reasons,
    a.arr,
    a.currency
from intermediate.company_status as s
join objects.company as c on s.company_id = c.company_id
cross join meta.run as r
cross join policy.health as p
join intermediate.company_revenue as a on s.company_id = a.company_id
join intermediate.health_profile as f on s.company_id = f.company_id
left join intermediate.health_total as t on s.company_id = t.company_id
left join reason as x on s.company_id = x.company_id
where s.customer_status in ('customer', 'canceled')

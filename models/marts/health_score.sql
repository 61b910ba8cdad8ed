with costly as (
    select
        company_id,
        words,
        points_lost,
        row_number() over (partition by company_id order by points_lost desc, factor asc) as place
    from marts.health_factor
    where points_lost >= 1
),

reason as (
    select
        company_id,
        string_agg(
            words || ' (−' || cast(cast(round(points_lost) as bigint) as varchar) || ')',
            ', '
            order by place
        ) as reasons
    from costly
    where place <= 3
    group by company_id
),

cause as (
    select company_id, theme
    from marts.health_theme
    where span = '30d' and place = 1 and coalesce(points_lost, 0) - least(coalesce(change, 0), 0) >= 1
)

select
    s.company_id,
    r.as_of_on as as_of,
    coalesce(c.segment, 'not stated') as segment,
    c.owner_id,
    f.profile,
    d.score,
    d.band,
    coalesce(d.coverage, 0) as coverage,
    coalesce(d.factor_count, 0) as factor_count,
    x.reasons,
    e.theme as main_cause,
    b.score as score_30d_ago,
    d.score - b.score as change_30d,
    a.arr,
    a.currency
from intermediate.company_status as s
join objects.company as c on s.company_id = c.company_id
cross join meta.run as r
join intermediate.company_revenue as a on s.company_id = a.company_id
join intermediate.health_profile as f on s.company_id = f.company_id
left join marts.health_day as d on s.company_id = d.company_id and r.as_of_on = d.day_on
left join marts.health_day as b
    on s.company_id = b.company_id
    and cast(r.as_of_on - interval '30' day as date) = b.day_on
left join reason as x on s.company_id = x.company_id
left join cause as e on s.company_id = e.company_id
where s.customer_status in ('customer', 'canceled')

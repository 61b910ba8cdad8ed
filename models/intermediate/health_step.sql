-- One row per customer and two scored days that are compared: some days ago with now; and the day on which its band changed
-- with the one in the band before, within its last 30 days, on which the score stood farthest from that. A band counts
-- once it was held for policy's days; what lies between two that count is left out.
with back as (
    select '7d' as span, 7 as days
    union all
    select '30d' as span, 30 as days
    union all
    select '90d' as span, 90 as days
),

banded as (
    select
        t.company_id,
        t.day_on,
        t.band,
        t.score,
        coalesce(lag(t.band) over (partition by t.company_id order by t.day_on) <> t.band, true) as is_first
    from intermediate.health_total as t
    cross join meta.run as r
    cross join policy.health as p
    where t.band is not null and date_diff('day', t.day_on, r.as_of_on) < p.daily_days
),

numbered as (
    select *, count(*) filter (where is_first) over (partition by company_id order by day_on) as run_no
    from banded
),

held as (
    select n.company_id, n.band, n.run_no, min(n.day_on) as from_on, max(n.day_on) as last_on
    from numbered as n
    cross join policy.health as p
    group by n.company_id, n.band, n.run_no, p.alert_after_days
    having count(*) >= p.alert_after_days
),

following as (
    select
        company_id,
        band,
        from_on,
        lag(band) over (partition by company_id order by from_on) as band_before,
        lag(run_no) over (partition by company_id order by from_on) as run_before,
        lag(last_on) over (partition by company_id order by from_on) as last_before
    from held
),

turned as (
    select f.company_id, b.day_on as from_on, f.from_on as to_on
    from following as f
    join numbered as a on f.company_id = a.company_id and f.from_on = a.day_on
    join numbered as b on f.company_id = b.company_id and f.run_before = b.run_no
    where f.band <> f.band_before and date_diff('day', b.day_on, f.last_before) < 30
    qualify row_number() over (
        partition by f.company_id, f.from_on order by abs(a.score - b.score) desc, b.day_on desc
    ) = 1
)

select a.company_id, s.span, b.day_on as from_on, a.day_on as to_on
from intermediate.health_total as a
join meta.run as r on a.day_on = r.as_of_on
cross join back as s
join intermediate.health_total as b
    on a.company_id = b.company_id
    and cast(r.as_of_on - interval '1' day * s.days as date) = b.day_on
where a.score is not null and b.score is not null
union all
select company_id, 'band' as span, from_on, to_on
from turned

-- Spells of `csm_score`: the success manager's own judgement from the day it was made on, for as long as policy lets
-- it count or until the next one. One without a day counts from the day on which it was first told.
with version as (
    select
        company_id, csm_score, csm_score_at, valid_from as said_at,
        -- What a history begins with was told when it came.
        case when lag(valid_from) over (partition by company_id order by valid_from) is null then known_from
            else valid_from end
            as told_at,
        valid_to is null as is_last
    from history.company
),

told as (
    select company_id, csm_score, csm_score_at, said_at, told_at
    from version
    where not is_last
    union all
    select c.company_id, c.csm_score, c.csm_score_at, v.said_at, coalesce(v.told_at, r.as_of)
    from objects.company as c
    cross join meta.run as r
    left join version as v on c.company_id = v.company_id and v.is_last
),

judgement as (
    select
        t.company_id, t.csm_score, t.said_at,
        least(
            cast(coalesce(case when t.csm_score is not null then t.csm_score_at end, t.told_at) as date), r.as_of_on
        ) as from_on,
        case when t.csm_score is not null and t.csm_score_at is not null
                then cast(cast(t.csm_score_at as date) + interval 1 day * (p.csm_score_days + 1) as date)
        end as stale_on
    from told as t
    cross join meta.run as r
    cross join policy.health as p
),

followed as (
    select
        *,
        min(from_on) over (
            partition by company_id order by said_at rows between 1 following and unbounded following
        ) as next_on
    from judgement
)

select
    company_id, from_on, least(next_on, stale_on) as to_on, cast(csm_score as decimal(18, 6)) as value_at_from, 0 as per_day
from followed
where csm_score is not null and coalesce(least(next_on, stale_on) > from_on, true)

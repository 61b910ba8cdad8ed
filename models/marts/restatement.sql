-- Every restated number of a closed month with all its causes in order.
with cause as (
    select * from intermediate.restated_cause
    union all by name
    select * from intermediate.restated_far_cause
),

told as (
    -- One cause may have several reasons.
    select
        metric, dimension, member, period, publication, cause, min(place) as place,
        string_agg(because, ' ' order by because) as because, sum(change_count) as change_count
    from cause
    group by metric, dimension, member, period, publication, cause
),

joined as (
    select
        metric, dimension, member, period, publication,
        string_agg(cause, '; ' order by place) as cause,
        string_agg(because, ' ' order by place) as because,
        sum(change_count) as change_count
    from told
    group by metric, dimension, member, period, publication
)

select
    v.metric, v.dimension, v.member, v.period, v.publication, v.company_id, v.unit, v.currency,
    case when v.is_sum then coalesce(v.first_said, 0) else v.first_said end as first_said,
    case when v.is_sum then coalesce(v.said, 0) else v.said end as said,
    case when v.is_sum then coalesce(v.says, 0) else v.says end as says,
    coalesce(v.says, 0) - coalesce(v.said, 0) as difference,
    v.restated_at, v.as_of, v.is_latest,
    coalesce(j.cause, 'no cause found') as cause, j.because, coalesce(j.change_count, 0) as change_count
from intermediate.restated_value as v
left join joined as j
    on v.metric = j.metric and v.dimension = j.dimension and v.member = j.member
    and v.period = j.period and v.publication = j.publication

-- How many renewals that were decided went on, by segment and over all customers (`segment` is null): of those of the last
-- months of history. Of too few nothing is said.
with decided as (
    select coalesce(c.segment, 'not stated') as segment, o.status
    from intermediate.renewal_outcome as o
    cross join meta.run as r
    cross join policy.forecast as f
    left join objects.company as c on o.company_id = c.company_id
    where o.status in ('renewed', 'lost') and o.renews_on <= r.as_of_on and o.base_mrr > 0
        and o.renews_on > cast(r.as_of_on - interval '1' month * cast(f.months_of_history as integer) as date)
),

counted as (
    select segment, count(*) as decided_count, count(*) filter (where status = 'renewed') as renewed_count
    from decided
    group by segment
    union all
    select cast(null as varchar), count(*), count(*) filter (where status = 'renewed')
    from decided
)

select
    c.segment, c.decided_count, c.renewed_count,
    cast(round(c.renewed_count / c.decided_count, 12) as decimal(38, 12)) as likelihood
from counted as c
join policy.forecast as f on c.decided_count >= f.minimum_count

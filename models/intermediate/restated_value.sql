-- Every number of a closed month that a publication said otherwise than the one before: what was said first, just
-- before, and from then on. A number that is not there counts as nothing; first publications restate nothing.
with noted as (
    select v.*, p.noted_at, p.as_of
    from ledger.published_value as v
    join ledger.publication as p on v.publication = p.publication
    cross join meta.run as r
    where p.as_of <= r.as_of
),

placed as (
    select
        *,
        row_number() over number as place,
        lag(value) over number as said,
        lag(currency) over number as said_currency,
        first_value(value) over number as first_value,
        first_value(publication) over number as first_publication,
        lead(publication) over number is null as is_latest
    from noted
    window number as (partition by metric, dimension, member, period order by publication)
),

metric as (
    select metric, max(unit) as unit, count(denominator) = 0 as is_sum
    from metrics.metric_value
    group by metric
),

declared as (
    select name, min(publication) as publication
    from ledger.publication_input
    where starts_with(name, 'metric.')
    group by name
),

begun as (
    -- What was first said of a month that was closed and told of before was, until then, nothing.
    select p.*, p.period < b.closed_before and d.publication < p.first_publication as began_late
    from placed as p
    join declared as d on 'metric.' || p.metric || '.' || p.dimension = d.name
    left join ledger.publication as b on p.first_publication - 1 = b.publication
)

select
    b.metric, b.dimension, b.member, b.period, b.publication, m.unit, coalesce(b.currency, b.said_currency) as currency,
    case when coalesce(b.began_late, false) then null else b.first_value end as first_said,
    b.said, b.value as says, m.is_sum,
    b.noted_at as restated_at, b.as_of, b.is_latest,
    case when b.dimension = 'company_id' then b.member end as company_id
from begun as b
join metric as m on b.metric = m.metric
where b.place > 1 or b.began_late

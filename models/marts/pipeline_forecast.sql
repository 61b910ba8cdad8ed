-- A month that is over cannot bring anything: what was expected in one stands in the present month.
with placed as (
    select
        *, cast(make_date(cast(expected_no // 12 as integer), cast(expected_no % 12 + 1 as integer), 1) as date) as month,
        coalesce(opportunity_type, 'not stated') as kind
    from intermediate.open_opportunity
    where is_present
),

weighed as (
    select
        *, cast(round(amount * coalesce(probability_stated, 0), 4) as decimal(18, 4)) as by_source,
        cast(round(amount * probability_history, 4) as decimal(18, 4)) as by_history,
        cast(round(coalesce(amount_reporting, 0) * coalesce(probability_stated, 0), 4) as decimal(18, 4))
            as by_source_reporting,
        cast(round(coalesce(amount_reporting, 0) * probability_history, 4) as decimal(18, 4)) as by_history_reporting
    from placed
)

select
    w.pipeline, w.stage, w.month, w.kind as opportunity_type, w.currency, p.reporting_currency,
    count(*) as opportunity_count,
    count(*) filter (where w.probability_stated is null) as unweighted_count,
    count(*) filter (where w.is_undated) as undated_count,
    count(*) filter (where w.mrr is null) as without_mrr_count,
    sum(w.amount) as amount,
    coalesce(sum(w.mrr), 0) as mrr,
    cast(round(
        cast(sum(case when w.probability_stated is not null then w.by_source end) as double)
        / nullif(cast(sum(case when w.probability_stated is not null then w.amount end) as double), 0), 12
    ) as decimal(38, 12)) as probability_stated,
    max(w.probability_history) as probability_history,
    coalesce(max(w.decided_count), 0) as decided_count,
    coalesce(max(w.won_count), 0) as won_count,
    max(w.median_days) as median_days,
    sum(w.by_source) as weighted_stated,
    sum(w.by_history) as weighted_history,
    coalesce(sum(w.amount_reporting), 0) as amount_reporting,
    sum(w.by_source_reporting) as weighted_stated_reporting,
    sum(w.by_history_reporting) as weighted_history_reporting
from weighed as w
cross join policy.revenue as p
group by w.pipeline, w.stage, w.month, w.kind, w.currency, p.reporting_currency

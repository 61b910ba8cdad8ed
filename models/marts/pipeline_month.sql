select
    month,
    pipeline,
    stage,
    status,
    coalesce(owner_id, 'nobody') as owner_id,
    currency,
    reporting_currency,
    count(*) as opportunity_count,
    count(*) filter (where is_unweighted) as unweighted_count,
    count(*) filter (where is_undated) as undated_count,
    count(*) filter (where amount_reporting is null) as unconverted_count,
    sum(amount) as amount,
    sum(weighted_amount) as weighted_amount,
    coalesce(sum(amount_reporting), 0) as amount_reporting,
    coalesce(sum(weighted_amount_reporting), 0) as weighted_amount_reporting,
    count(cycle_days) as timed_count,
    coalesce(sum(cycle_days), 0) as cycle_days
from intermediate.opportunity_value
group by month, pipeline, stage, status, coalesce(owner_id, 'nobody'), currency, reporting_currency

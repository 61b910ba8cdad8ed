select
    team,
    as_of,
    count(*) filter (where team_member_id <> 'nobody') as owner_count,
    sum(company_count) as company_count,
    sum(customer_count) as customer_count,
    currency,
    sum(arr) as arr,
    sum(leaving_count) as leaving_count,
    sum(arr_leaving) as arr_leaving,
    sum(thriving_count) as thriving_count,
    sum(needs_attention_count) as needs_attention_count,
    sum(at_risk_count) as at_risk_count,
    sum(unscored_count) as unscored_count,
    sum(arr_at_risk) as arr_at_risk,
    sum(renewal_count) as renewal_count,
    sum(renewal_arr) as renewal_arr,
    sum(overdue_amount) as overdue_amount,
    sum(untouched_count) as untouched_count,
    sum(weighted_pipeline_amount) as weighted_pipeline_amount
from marts.portfolio
group by team, as_of, currency

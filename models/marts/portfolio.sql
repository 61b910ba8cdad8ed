select
    team_member_id,
    max(owner_name) as owner_name,
    max(team) as team,
    as_of,
    count(*) as company_count,
    count(*) filter (where is_customer) as customer_count,
    currency,
    sum(arr) as arr,
    count(*) filter (where customer_status = 'canceled') as leaving_count,
    coalesce(sum(arr) filter (where customer_status = 'canceled'), 0) as arr_leaving,
    count(*) filter (where health_band = 'thriving') as thriving_count,
    count(*) filter (where health_band = 'needs_attention') as needs_attention_count,
    count(*) filter (where health_band = 'at_risk') as at_risk_count,
    count(*) filter (where is_customer and health_band is null) as unscored_count,
    coalesce(sum(arr) filter (where health_band = 'at_risk'), 0) as arr_at_risk,
    count(*) filter (where is_customer and is_renewing) as renewal_count,
    coalesce(sum(arr) filter (where is_customer and is_renewing), 0) as renewal_arr,
    sum(overdue_amount) as overdue_amount,
    count(*) filter (where is_customer and is_untouched) as untouched_count,
    sum(weighted_pipeline_amount) as weighted_pipeline_amount
from intermediate.account
group by team_member_id, as_of, currency

with account as (
    select
        c.*,
        c.customer_status in ('customer', 'canceled') as is_customer,
        coalesce(date_diff('day', r.as_of_on, c.renewal_on) <= p.renewal_days, false) as is_renewing,
        coalesce(date_diff('day', cast(c.last_touch_at as date), r.as_of_on) > p.untouched_days, true) as is_untouched,
        r.as_of_on
    from marts.company_360 as c
    cross join meta.run as r
    cross join policy.portfolio as p
)

select
    coalesce(owner_id, 'nobody') as team_member_id,
    coalesce(max(owner_name), 'Nobody') as owner_name,
    as_of_on as as_of,
    count(*) as company_count,
    count(*) filter (where is_customer) as customer_count,
    currency,
    sum(arr) as arr,
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
from account
group by coalesce(owner_id, 'nobody'), as_of_on, currency

select
    company_id,
    cast(date_trunc('month', used_on) as date) as month,
    count(distinct user_id) as active_users,
    count(distinct used_on) as active_days,
    sum(event_count) as event_count,
    sum(weight) as weight,
    count(distinct event_name) as feature_count
from intermediate.usage_day
where company_id is not null
group by company_id, cast(date_trunc('month', used_on) as date)

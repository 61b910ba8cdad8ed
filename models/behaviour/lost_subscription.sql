-- Subscriptions that a churn event declared lost ends, and since when.
select s.subscription_id, min(e.churned_on) as lost_on
from sourced.subscription as s
join objects.churn_event as e on s.company_id = e.company_id
    and (e.subscription_id is null or s.subscription_id = e.subscription_id)
cross join policy.behaviour as b
cross join meta.run
where b.churn_event_ends_subscriptions
    and e.sets_licenses_lost and not coalesce(e.is_downgrade_only, false) and e.source_deleted_at is null
    and coalesce(s.renewal_status, 'ongoing') = 'ongoing'
    and s.starts_at < e.churned_on and (s.ends_at is null or s.ends_at > e.churned_on)
group by s.subscription_id

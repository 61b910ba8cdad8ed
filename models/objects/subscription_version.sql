-- Versions as sent; and the one version of each subscription that was derived from a won opportunity.
with derived as (
    select
        s.subscription_id || ':recurring' as subscription_version_id, s.subscription_id, 'recurring' as item,
        s.starts_at as valid_from, s.ends_at as valid_to, 'active' as status,
        1 as quantity, o.mrr as unit_amount, s.currency, 'month' as billing_interval, 1 as interval_count,
        false as is_metered,
        s.source_system, s.source_record_id, s.created_at, s.updated_at, s.loaded_at, s.derived_by
    from objects.subscription as s
    join objects.opportunity as o on s.opportunity_id = o.opportunity_id
    where s.derived_by = 'won_opportunity'
)

select * from sourced
union all by name
select * from derived

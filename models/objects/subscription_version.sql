-- Versions as sent; the one version of each subscription derived from a won opportunity or a signed contract; and for
-- each further term of a subscription that renewed by itself, what ran when the one before it ended (of several of an
-- item: what began last).
with won as (
    select
        s.subscription_id || ':recurring' as subscription_version_id, s.subscription_id, 'recurring' as item,
        s.starts_at as valid_from, s.ends_at as valid_to, 'active' as status,
        1 as quantity, o.mrr as unit_amount, s.currency, 'month' as billing_interval, 1 as interval_count,
        false as is_metered,
        s.source_system, s.source_record_id, s.created_at, s.updated_at, s.loaded_at, s.derived_by
    from behaviour.agreed_subscription as s
    join behaviour.won_opportunity as o on s.opportunity_id = o.opportunity_id
    where s.derived_by = 'won_opportunity'
),

signed as (
    select
        s.subscription_id || ':recurring' as subscription_version_id, s.subscription_id, 'recurring' as item,
        s.starts_at as valid_from, s.ends_at as valid_to, 'active' as status,
        1 as quantity, c.amount as unit_amount, s.currency, c.billing_interval, c.interval_count, false as is_metered,
        s.source_system, s.source_record_id, s.created_at, s.updated_at, s.loaded_at, s.derived_by
    from behaviour.agreed_subscription as s
    join behaviour.signed_contract as c on s.contract_id = c.contract_id
    where s.derived_by = 'signed_contract_makes_revenue'
),

agreed as (
    select * from sourced
    union all by name
    select * from won
    union all by name
    select * from signed
),

renewed as (
    select
        t.subscription_id || ':' || v.item as subscription_version_id, t.subscription_id,
        v.* exclude (subscription_version_id, subscription_id, valid_from, valid_to, derived_by),
        t.starts_at as valid_from, t.ends_at as valid_to, 'subscription_renews_itself' as derived_by
    from behaviour.renewed_term as t
    join behaviour.agreed_subscription as a on t.first_subscription_id = a.subscription_id
    join agreed as v on t.first_subscription_id = v.subscription_id
        and a.ends_at > v.valid_from and coalesce(a.ends_at <= v.valid_to, true)
        and v.source_deleted_at is null
    qualify row_number() over (
        partition by t.subscription_id, v.item
        order by v.valid_from desc, v.updated_at desc nulls last, v.loaded_at desc, v.subscription_version_id desc
    ) = 1
)

select * from agreed
union all by name
select * from renewed

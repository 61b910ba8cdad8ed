-- Subscriptions as sent, those derived from won opportunities and signed contracts, and what churn events say of them: what
-- was agreed, before anything renews.
with derived as (
    select
        opportunity_id || ':won' as subscription_id, company_id,
        coalesce(sent_contract_id, opportunity_id || ':won') as contract_id,
        opportunity_id,
        case when recurring_to <= run.as_of_on then 'canceled' else 'active' end as status,
        cast(won_on as timestamp) as starts_at, cast(recurring_to as timestamp) as ends_at,
        recurring_to is null as is_open_ended, currency, mrr * length_months as value,
        source_system, source_record_id, created_at, updated_at, loaded_at,
        'won_opportunity' as derived_by
    from behaviour.won_opportunity
    cross join meta.run as run
    where mrr > 0
),

signed as (
    select
        contract_id || ':signed' as subscription_id, company_id, contract_id, opportunity_id,
        case when ends_on <= run.as_of_on and not coalesce(auto_renew and cancel_on is null, false) then 'canceled'
            else 'active'
        end as status,
        cast(starts_on as timestamp) as starts_at, cast(ends_on as timestamp) as ends_at, ends_on is null as is_open_ended,
        currency, auto_renew and cancel_on is null as auto_renew, renewal_on, renewal_likelihood, notice_period_days,
        case when not is_evergreen then amount end as value,
        source_system, source_record_id, created_at, updated_at, loaded_at, 'signed_contract_makes_revenue' as derived_by
    from behaviour.signed_contract
    cross join meta.run as run
),

everything as (
    select * from sourced.subscription
    union all by name
    select * from derived
    union all by name
    select * from signed
)

select
    e.* exclude (status, ends_at, is_open_ended, renewal_status),
    case when l.lost_on is null or l.lost_on > run.as_of_on then e.status else 'canceled' end as status,
    coalesce(cast(l.lost_on as timestamp), e.ends_at) as ends_at,
    e.is_open_ended and l.lost_on is null as is_open_ended,
    case when l.lost_on is null then e.renewal_status else 'lost' end as renewal_status
from everything as e
left join behaviour.lost_subscription as l on e.subscription_id = l.subscription_id
cross join meta.run as run

-- What was agreed: opportunities through their stages, contracts, subscriptions from start to end, and churn events.
select
    company_id,
    created_at as happened_at,
    'opportunity_created' as kind,
    title,
    'opportunity' as object,
    opportunity_id as object_id
from objects.opportunity
where source_deleted_at is null
union all
select
    o.company_id,
    h.entered_at as happened_at,
    'opportunity_stage' as kind,
    o.title || ': ' || h.stage as title,
    'opportunity_stage_history' as object,
    h.opportunity_stage_history_id as object_id
from objects.opportunity_stage_history as h
join objects.opportunity as o on h.opportunity_id = o.opportunity_id
where o.source_deleted_at is null
union all
select
    company_id,
    closed_at as happened_at,
    'opportunity_' || status as kind,
    title || coalesce(': ' || lost_reason, '') as title,
    'opportunity' as object,
    opportunity_id as object_id
from objects.opportunity
where status in ('won', 'lost') and source_deleted_at is null
union all
select
    company_id,
    cast(signed_on as timestamp) as happened_at,
    'contract_signed' as kind,
    name as title,
    'contract' as object,
    contract_id as object_id
from objects.contract
where source_deleted_at is null
union all
select
    s.company_id,
    case e.kind
        when 'subscription_started' then s.starts_at
        when 'subscription_canceled' then s.canceled_at
        else s.ends_at
    end as happened_at,
    e.kind,
    e.words
    || coalesce(': ' || case when e.kind = 'subscription_canceled' then replace(s.cancel_reason, '_', ' ') end, '')
        as title,
    'subscription' as object,
    s.subscription_id as object_id
from objects.subscription as s
cross join (
    select 'subscription_started' as kind, 'Subscription started' as words
    union all
    select 'subscription_canceled' as kind, 'Notice given' as words
    union all
    select 'subscription_ended' as kind, 'Subscription ended' as words
) as e
where s.source_deleted_at is null and s.status not in ('incomplete', 'incomplete_expired')
union all
select
    company_id,
    cast(churned_on as timestamp) as happened_at,
    'churn_event' as kind,
    coalesce(primary_reason, 'No reason given') as title,
    'churn_event' as object,
    churn_event_id as object_id
from objects.churn_event
where source_deleted_at is null

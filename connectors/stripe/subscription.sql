with told as (
    select
        data ->> '$.object.id' as subscription_id, try_cast(created as decimal(11, 0)) as told_at,
        data ->> '$.object.pause_collection' as pause,
        max(case when (data ->> '$.object.pause_collection') is null then try_cast(created as decimal(11, 0)) end)
            over (partition by data ->> '$.object.id') as last_running_at
    from raw_stripe.events__latest
    where type like 'customer.subscription.%' and json_valid(data)
),
pause as (
    -- Stripe keeps no date of pausing: it is the first event of those, up to now, in which collection was paused
    select subscription_id, cast(to_timestamp(min(told_at)) at time zone 'UTC' as varchar) as paused_at
    from told
    where pause is not null and told_at > coalesce(last_running_at, 0)
    group by subscription_id
),
item as (
    select s.id as subscription_id, coalesce(t.item ->> '$.price', t.item ->> '$.plan') as price
    from raw_stripe.subscriptions__latest as s, unnest(try_cast(try_cast(s.items as json) -> '$.data' as json[])) as t (item)
    union all
    select subscription, price
    from raw_stripe.subscription_items__latest
    union all
    select id, price
    from raw_stripe.subscriptions__latest
    where items is null
),
priced as (
    select
        i.subscription_id, coalesce(try_cast(i.price as json) ->> '$.currency', p.currency) as currency,
        coalesce(try_cast(i.price as json) ->> '$.product.id', try_cast(i.price as json) ->> '$.product',
            try_cast(p.product as json) ->> '$.id', p.product) as product_id
    from item as i
    left join raw_stripe.prices__latest as p on coalesce(try_cast(i.price as json) ->> '$.id', i.price) = p.id
),
sold as (
    select
        subscription_id, min(currency) as currency,
        case when count(distinct product_id) = 1 then min(product_id) end as product_id
    from priced
    group by subscription_id
),
record as (
    select
        s.*, try_cast(s.metadata as json) as tag, try_cast(s.cancellation_details as json) as cancellation,
        coalesce(s.current_period_end, try_cast(s.items as json) ->> '$.data[0].current_period_end') as period_end,
        lower(coalesce(s.cancel_at_period_end, 'false')) = 'true' as is_ending,
        s.status in ('canceled', 'incomplete_expired') as is_over
    from raw_stripe.subscriptions__latest as s
),
ending as (
    select *, coalesce(cancel_at, case when is_ending then period_end end) as cancel_text
    from record
)
select
    r._row_id,
    r._loaded_at,
    nullif(json_merge_patch(coalesce(r.custom, '{}'), coalesce(cast(r.tag as varchar), '{}')), '{}') as custom,
    r.id as source_record_id,
    coalesce(try_cast(r.customer as json) ->> '$.id', r.customer) as company_id,
    coalesce(
        'hubspot:' || coalesce(r.tag ->> '$.hubspot_deal_id', r.hubspot_deal_id),
        'salesforce:' || coalesce(r.tag ->> '$.salesforce_opportunity_id', r.salesforce_opportunity_id)
    ) as opportunity_id,
    coalesce(s.product_id, r.product_id) as product_id,
    case when r.pause_collection is not null and not r.is_over and r.status not like 'incomplete%' then 'paused'
        else r.status end as status,
    coalesce(cast(to_timestamp(try_cast(coalesce(r.start_date, r.created) as decimal(11, 0))) at time zone 'UTC' as varchar),
        r.start_date, r.created) as starts_at,
    coalesce(cast(to_timestamp(try_cast(coalesce(r.ended_at, r.cancel_text) as decimal(11, 0))) at time zone 'UTC' as varchar),
        r.ended_at, r.cancel_text) as ends_at,
    coalesce(r.ended_at, r.cancel_text) is null as is_open_ended,
    upper(coalesce(r.currency, s.currency)) as currency,
    not r.is_over and r.cancel_text is null as auto_renew,
    case when not r.is_over and r.cancel_text is null then coalesce(cast(to_timestamp(try_cast(r.period_end as decimal(11, 0)))
        at time zone 'UTC' as varchar), r.period_end) end as renewal_on,
    case when r.is_over or r.cancel_text is not null then 'lost' else 'ongoing' end as renewal_status,
    coalesce(cast(to_timestamp(try_cast(r.trial_end as decimal(11, 0))) at time zone 'UTC' as varchar), r.trial_end) as trial_ends_at,
    case when not r.is_over then p.paused_at end as paused_at,
    coalesce(cast(to_timestamp(try_cast(r.cancel_text as decimal(11, 0))) at time zone 'UTC' as varchar), r.cancel_text) as cancel_at,
    coalesce(cast(to_timestamp(try_cast(r.canceled_at as decimal(11, 0))) at time zone 'UTC' as varchar), r.canceled_at) as canceled_at,
    coalesce(r.cancellation ->> '$.feedback', r.cancellation_feedback, r.cancellation ->> '$.reason', r.cancellation_reason)
        as cancel_reason,
    coalesce(r.cancellation ->> '$.comment', r.cancellation_comment) as cancel_comment,
    r.tag ->> '$.replaced_by_subscription' as replaced_by_id,
    coalesce(cast(to_timestamp(try_cast(r.created as decimal(11, 0))) at time zone 'UTC' as varchar), r.created) as created_at
from ending as r
left join sold as s on r.id = s.subscription_id
left join pause as p on r.id = p.subscription_id

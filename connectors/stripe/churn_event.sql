with ended as (
    select
        s.*, coalesce(try_cast(s.cancellation_details as json) ->> '$.feedback', s.cancellation_feedback) as feedback,
        coalesce(try_cast(s.cancellation_details as json) ->> '$.reason', s.cancellation_reason) as reason,
        coalesce(try_cast(s.cancellation_details as json) ->> '$.comment', s.cancellation_comment) as said
    from raw_stripe.subscriptions__latest as s
    -- one that another subscription replaces is a change of plan, not a loss
    where s.status = 'canceled' and (try_cast(s.metadata as json) ->> '$.replaced_by_subscription') is null
)
select
    _row_id,
    _loaded_at,
    id as source_record_id,
    coalesce(try_cast(customer as json) ->> '$.id', customer) as company_id,
    id as subscription_id,
    coalesce(cast(to_timestamp(try_cast(coalesce(ended_at, canceled_at) as decimal(11, 0))) at time zone 'UTC' as varchar),
        ended_at, canceled_at) as churned_on,
    coalesce(feedback, reason) as primary_reason,
    case when feedback is not null then reason end as secondary_reason,
    case when reason = 'payment_failed' then false when coalesce(feedback, reason) is not null then true end as is_voluntary,
    said as comment,
    coalesce(cast(to_timestamp(try_cast(created as decimal(11, 0))) at time zone 'UTC' as varchar), created) as created_at
from ended

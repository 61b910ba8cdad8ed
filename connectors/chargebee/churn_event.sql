with ended as (
    select
        s.*, coalesce(s.cancelled_at, s.current_term_end) as end_text,
        coalesce(try_cast(s.meta_data as json) ->> '$.cancel_comment', s.cf_cancel_comment) as said
    from raw_chargebee.subscriptions__latest as s
    -- one that another subscription replaces is a change of plan, not a loss
    where s.status = 'cancelled' and lower(coalesce(s.deleted, 'false')) <> 'true'
        and coalesce(try_cast(s.meta_data as json) ->> '$.replaced_by_subscription', s.cf_replaced_by_subscription) is null
)
select
    _row_id,
    _loaded_at,
    id as source_record_id,
    customer_id as company_id,
    id as subscription_id,
    coalesce(cast(to_timestamp(try_cast(end_text as decimal(11, 0))) at time zone 'UTC' as varchar), end_text) as churned_on,
    coalesce(cancel_reason_code, cancel_reason) as primary_reason,
    case when cancel_reason_code is not null then cancel_reason end as secondary_reason,
    -- Chargebee's own reason is only there when Chargebee itself ended it: payment, fraud or tax
    case when cancel_reason is not null then false when cancel_reason_code is not null then true end as is_voluntary,
    said as comment,
    coalesce(cast(to_timestamp(try_cast(created_at as decimal(11, 0))) at time zone 'UTC' as varchar), created_at)
        as created_at
from ended

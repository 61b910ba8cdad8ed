-- Versions of items while a bill is called for, with the line they make on it: price times quantity, half up to the
-- currency's smallest unit. A bill is called for while active or past due, whatever of it counts as revenue; what was
-- derived from a contract is not, for the contract says itself how it is billed.
with newest as (
    select *
    from objects.subscription_version
    where source_deleted_at is null and (valid_to is null or valid_to > valid_from)
    qualify row_number() over (
        partition by subscription_id, item, valid_from
        order by updated_at desc nulls last, loaded_at desc, subscription_version_id desc
    ) = 1
),

-- A later version of an item ends the one before it. What `paused_at` says holds while the subscription is paused, or will
-- be, and for versions that began before it: a version that begins later says by its own status that it goes on.
ended as (
    select
        v.* exclude (valid_to), s.company_id, s.contract_id,
        least(
            v.valid_to, lead(v.valid_from) over (partition by v.subscription_id, v.item order by v.valid_from),
            s.ends_at, s.cancel_at, case when s.status = 'canceled' and s.ends_at is null then s.canceled_at end,
            case when v.valid_from < s.paused_at and (s.status = 'paused' or s.paused_at > r.as_of) then s.paused_at end
        ) as valid_to,
        case v.billing_interval when 'year' then 12 when 'month' then 1 else 0 end * v.interval_count as months,
        case v.billing_interval when 'week' then 7 when 'day' then 1 else 0 end * v.interval_count as days,
        cast(v.quantity as decimal(38, 6)) * v.unit_amount as exact_amount, coalesce(u.places, 2) as places
    from newest as v
    join objects.subscription as s on v.subscription_id = s.subscription_id
    cross join meta.run as r
    left join behaviour.minor_unit as u on v.currency = u.currency
    left join behaviour.signed_contract as g on s.contract_id = g.contract_id
    where s.source_deleted_at is null and s.company_id is not null and g.contract_id is null
)

select
    e.subscription_id, e.company_id, e.contract_id, e.item, e.currency, e.places, e.valid_from, e.valid_to, e.months, e.days,
    c.anchor_at, e.product_id, e.quantity, e.source_system, e.source_record_id, e.loaded_at,
    cast(
        case e.places
            when 0 then cast(round(e.exact_amount) as decimal(38, 4))
            when 3 then cast(round(e.exact_amount, 3) as decimal(38, 4))
            when 4 then cast(round(e.exact_amount, 4) as decimal(38, 4))
            else cast(round(e.exact_amount, 2) as decimal(38, 4))
        end as decimal(18, 4)
    ) as amount
from ended as e
join behaviour.billing_cycle as c on e.subscription_id = c.subscription_id and e.months = c.months and e.days = c.days
    and e.valid_from >= c.cycle_from and e.valid_from < c.cycle_to
where e.status in ('active', 'past_due') and not e.is_metered and e.exact_amount > 0
    and (e.valid_to is null or e.valid_to > e.valid_from)

-- Events carry the whole subscription at each change; its own record stands in where they are missing and goes on after them.
with told as (
    select
        _row_id, _loaded_at, id as told_by, data ->> '$.object.id' as subscription_id, data -> '$.object' as sub,
        case when type like '%.created' then 1 when type like '%.deleted' then 3 else 2 end as turn,
        coalesce(case when type like '%.deleted' then data ->> '$.object.ended_at' end, created) as at_text, data -> '$.previous_attributes' as was
    from raw_stripe.events__latest
    where type like 'customer.subscription.%' and json_valid(data)
    union all
    select s._row_id, s._loaded_at, null, s.id, json_object('status', s.status, 'start_date', coalesce(s.start_date, s.created),
            'trial_end', s.trial_end, 'pause_collection', s.pause_collection, 'items', json_object('data', cast(coalesce(
                try_cast(s.items as json) -> '$.data', f.items, json_array(json_object('id', s.id, 'quantity', s.quantity,
                'price', coalesce(try_cast(s.price as json), json_object('id', s.price, 'currency', s.currency, 'product',
                    s.product_id, 'in_units', s.amount_in_units, 'interval', s.recurring_interval))))) as json))), 4,
        case when s.status in ('canceled', 'incomplete_expired') then s.ended_at
            when s.items is null and f.items is null then null
            else coalesce(s.current_period_start, try_cast(s.items as json) ->> '$.data[0].current_period_start') end, null
    from raw_stripe.subscriptions__latest as s
    left join (
        select subscription, json_group_array(json_object('id', id, 'quantity', quantity, 'price', price)) as items
        from raw_stripe.subscription_items__latest group by subscription) as f on s.id = f.subscription
),
ordered as (
    select
        *, sub ->> '$.status' as status_told, status_told in ('canceled', 'incomplete_expired') as is_over,
        sub ->> '$.start_date' as start_text, sub ->> '$.trial_end' as trial_text,
        coalesce(to_timestamp(try_cast(at_text as decimal(11, 0))) at time zone 'UTC', try_cast(at_text as timestamp)) as since,
        coalesce(to_timestamp(try_cast(start_text as decimal(11, 0))) at time zone 'UTC', try_cast(start_text as timestamp)) as starts,
        coalesce(to_timestamp(try_cast(trial_text as decimal(11, 0))) at time zone 'UTC', try_cast(trial_text as timestamp)) as trial_ends,
        row_number() over (partition by subscription_id order by turn = 4, since, turn, told_by) as nth
    from told
),
snapshot as (
    select
        _row_id, _loaded_at, subscription_id, since, turn, told_by, is_over, sub ->> '$.items.data' as items, case
            when (sub ->> '$.pause_collection') is null or status_told like 'incomplete%' then status_told else 'paused' end as status
    from ordered
    qualify turn < 4 or coalesce(since > max(case when turn < 4 then since end) over (partition by subscription_id), since is not null)
    union all
    -- until the first that was told it was what that says it had been; what has ended was running
    select
        o._row_id, o._loaded_at, o.subscription_id, b.since, 0, null, false,
        coalesce(o.was ->> '$.items.data', o.sub ->> '$.items.data'), case
            when b.since < o.trial_ends then 'trialing'
            when coalesce(o.was ->> '$.status', o.status_told) like 'incomplete%' then 'incomplete'
            when coalesce(cast(o.was -> '$.pause_collection' as varchar), o.sub ->> '$.pause_collection', 'null') <> 'null' then 'paused'
            else replace(coalesce(o.was ->> '$.status', o.status_told), 'canceled', 'active') end
    from ordered as o, unnest([o.starts, case when o.trial_ends > o.starts then o.trial_ends end]) as b (since)
    where o.nth = 1 and (b.since < o.since or (o.turn = 4 and not o.is_over and (b.since is not null or o.starts is null)))
),
item as (
    select
        s.*, t.item ->> '$.id' as item, coalesce(try_cast(t.item ->> '$.price' as json), t.item -> '$.plan') as own,
        t.item ->> '$.quantity' as quantity, coalesce(own ->> '$.id', t.item ->> '$.price') as price_id
    from (select *, lead(since) over (partition by subscription_id order by since, turn, told_by) as until from snapshot) as s,
        unnest(try_cast(s.items as json[])) as t (item)
    where not s.is_over and coalesce(s.until > s.since, true)
),
priced as (
    -- an item's own price first; the price list adds what the item does not say, such as tiers
    select
        i.*, coalesce(i.own -> '$.recurring', try_cast(p.recurring as json)) as cycle,
        upper(coalesce(i.own ->> '$.currency', p.currency)) as money,
        coalesce(i.own ->> '$.product.id', i.own ->> '$.product', try_cast(p.product as json) ->> '$.id', p.product) as product_id,
        coalesce(cycle ->> '$.interval', i.own ->> '$.interval', p.recurring_interval) as billing_interval,
        coalesce(cycle ->> '$.interval_count', i.own ->> '$.interval_count', p.recurring_interval_count, '1') as interval_count,
        coalesce(cycle ->> '$.usage_type', i.own ->> '$.usage_type', p.recurring_usage_type, '') = 'metered' as is_metered,
        coalesce(i.own ->> '$.unit_amount_decimal', i.own ->> '$.unit_amount', i.own ->> '$.amount_decimal', i.own ->> '$.amount',
            p.unit_amount_decimal, p.unit_amount) as minor,
        regexp_replace(coalesce(i.own ->> '$.in_units', p.amount_in_units), '^(-?\d+),(\d{1,2})$', '\1.\2', 'g') as in_units,
        try_cast(coalesce(try_cast(i.own ->> '$.tiers' as json), try_cast(p.tiers as json)) as json[]) as tiers,
        coalesce(i.own ->> '$.tiers_mode', p.tiers_mode) as mode,
        coalesce(i.own -> '$.transform_quantity', try_cast(p.transform_quantity as json)) as pack,
        try_cast(i.quantity as decimal(14, 4)) / coalesce(nullif(try_cast(pack ->> '$.divide_by' as decimal(14, 4)), 0), 1) as packs,
        try_cast(case pack ->> '$.round' when 'up' then ceil(packs) when 'down' then floor(packs) else packs end as decimal(14, 4)) as billed,
        case when strpos('BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF', money) > 0 then 1.000
            when strpos('BHD JOD KWD OMR TND', money) > 0 then 0.001 else 0.010 end as unit
    from item as i
    left join raw_stripe.prices__latest as p on i.price_id = p.id
),
tier as (
    select
        p.subscription_id, p.item, p.since, try_cast(t.tier ->> '$.up_to' as decimal(14, 4)) as up_to,
        coalesce(lag(up_to) over (partition by p.subscription_id, p.item, p.since order by up_to nulls last), 0) as above,
        try_cast(coalesce(t.tier ->> '$.unit_amount_decimal', t.tier ->> '$.unit_amount', '0') as decimal(22, 12)) as each,
        try_cast(coalesce(t.tier ->> '$.flat_amount_decimal', t.tier ->> '$.flat_amount', '0') as decimal(22, 12)) as flat,
        case when p.billed <= above or (p.mode = 'volume' and p.billed > up_to) then 0 when p.mode = 'volume' then p.billed * each + flat
            else (least(p.billed, coalesce(up_to, p.billed)) - above) * each + flat end as amount
    from priced as p, unnest(p.tiers) as t (tier)
),
valued as (
    select
        p.*, coalesce(cast(p.billed as varchar), p.quantity, case when p.is_metered then '1' end) as quantity_billed,
        coalesce(cast(try_cast(case when p.billed > 0 then round(t.total / p.billed, 10) else t.first_each end as decimal(24, 12)) * p.unit
            as varchar), p.in_units, cast(try_cast(p.minor as decimal(34, 12)) * p.unit as varchar), p.minor) as unit_amount,
        concat_ws('|', status, quantity_billed, unit_amount, money, billing_interval, interval_count, is_metered, product_id) as state,
        case when lag(until) over past = since and lag(state) over past = state then 0 else 1 end as is_change
    from priced as p
    left join (select subscription_id, item, since, sum(amount) as total, min(case when above = 0 then each end) as first_each from tier
        group by subscription_id, item, since) as t using (subscription_id, item, since)
    window past as (partition by subscription_id, item order by since)
)
select
    min(_row_id) as _row_id, max(_loaded_at) as _loaded_at, item || ':' || coalesce(strftime(min(since), '%Y-%m-%dT%H:%M:%SZ'), 'unknown') as source_record_id,
    subscription_id, item, min(product_id) as product_id, min(since) as valid_from,
    case when count(until) = count(*) then max(until) end as valid_to, min(status) as status,
    min(quantity_billed) as quantity, min(unit_amount) as unit_amount, min(money) as currency,
    min(billing_interval) as billing_interval, min(interval_count) as interval_count, bool_or(is_metered) as is_metered
from (select *, sum(is_change) over (partition by subscription_id, item order by since) as stretch from valued) as counted
group by subscription_id, item, stretch

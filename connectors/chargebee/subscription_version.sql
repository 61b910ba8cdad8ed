-- Events carry the whole subscription at each change; its own record stands in where they are missing and goes on after.
with listed as (
    select subscription_id, cast(json_group_array(json_object('item_price_id', item_price_id, 'item_type', item_type, 'quantity',
        quantity, 'unit_price', unit_price, 'amount', amount, 'free_quantity', free_quantity)) as json) as items
    from raw_chargebee.subscription_items__latest
    group by subscription_id
),
told as (
    select _row_id, _loaded_at, id as told_by, 1 as turn, occurred_at as at_text, event_type = 'subscription_deleted' as is_gone,
        try_cast(content as json) -> '$.subscription' as sub
    from raw_chargebee.events__latest
    where event_type like 'subscription_%' and (try_cast(content as json) ->> '$.subscription.id') is not null
    union all
    select s._row_id, s._loaded_at, null, 2, s.updated_at, false, json_object('id', s.id, 'status', s.status, 'currency_code',
        s.currency_code, 'start', coalesce(s.started_at, s.start_date, s.activated_at, s.created_at), 'trial_end', s.trial_end,
        'pause_date', s.pause_date, 'cancelled_at', coalesce(s.cancelled_at, s.current_term_end), 'billing_period', s.billing_period,
        'billing_period_unit', s.billing_period_unit, 'item_tiers', try_cast(s.item_tiers as json), 'subscription_items',
        coalesce(try_cast(s.subscription_items as json), l.items))
    from raw_chargebee.subscriptions__latest as s left join listed as l on s.id = l.subscription_id
),
dated as (
    select
        *, sub ->> '$.id' as subscription_id, sub ->> '$.status' as word, is_gone or coalesce(word in ('cancelled', 'transferred'), false)
            as is_over, coalesce(sub ->> '$.start', sub ->> '$.started_at', sub ->> '$.start_date', sub ->> '$.created_at') as start_text,
        case when is_over and not is_gone then coalesce(sub ->> '$.cancelled_at', at_text) else at_text end as since_text,
        sub ->> '$.trial_end' as trial_text, case when word = 'paused' then sub ->> '$.pause_date' end as pause_text,
        coalesce(to_timestamp(try_cast(since_text as decimal(11, 0))) at time zone 'UTC', try_cast(since_text as timestamp)) as said_at,
        coalesce(to_timestamp(try_cast(start_text as decimal(11, 0))) at time zone 'UTC', try_cast(start_text as timestamp)) as starts,
        coalesce(to_timestamp(try_cast(trial_text as decimal(11, 0))) at time zone 'UTC', try_cast(trial_text as timestamp)) as trial_ends,
        coalesce(to_timestamp(try_cast(pause_text as decimal(11, 0))) at time zone 'UTC', try_cast(pause_text as timestamp)) as pauses
    from told
),
ordered as (
    -- one that begins later is told of beforehand
    select *, case when said_at < starts then starts else said_at end as since, row_number() over (partition by subscription_id
        order by turn, said_at, try_cast(sub ->> '$.resource_version' as bigint), told_by) as nth from dated
),
snapshot as (
    select _row_id, _loaded_at, subscription_id, since, turn, nth, is_over, sub, case when word = 'in_trial' then 'trialing'
        when word in ('active', 'non_renewing', 'future') then 'active' else word end as status
    from ordered
    qualify turn < 2 or coalesce(since > max(case when turn < 2 then since end) over (partition by subscription_id), since is not null)
    union all
    -- until the first that was told it was what that says, but for a trial before and a pause that has a date
    select
        o._row_id, o._loaded_at, o.subscription_id, b.since, 0, 0, false, o.sub, case when b.since < o.trial_ends then 'trialing'
            when o.word = 'paused' and coalesce(b.since >= o.pauses, true) then 'paused' else 'active' end
    from ordered as o, unnest([o.starts, case when o.trial_ends > o.starts then o.trial_ends end,
        case when o.pauses > o.starts then o.pauses end]) as b (since)
    where o.nth = 1 and (b.since < o.since or (o.since is null and not o.is_over and b.since is not null))
),
item as (
    select s.*, t.item as own, t.item ->> '$.item_price_id' as item, upper(s.sub ->> '$.currency_code') as money
    from (select *, lead(since) over (partition by subscription_id order by since, turn, nth) as until from snapshot) as s, unnest(try_cast(s.sub -> '$.subscription_items' as json[])) as t (item)
    where not s.is_over and coalesce(s.until > s.since, true) and coalesce(t.item ->> '$.item_type', '') <> 'charge'
),
priced as (
    -- an item's own price first; the price list adds what the item does not say, such as its period and tiers
    select
        i.*, p.item_id as product_id, coalesce(p.period_unit, i.sub ->> '$.billing_period_unit') as billing_interval,
        coalesce(p.period, case when p.period_unit is null then i.sub ->> '$.billing_period' end, '1') as interval_count,
        coalesce(lower(m.metered) = 'true', false) as is_metered, p.pricing_model in ('tiered', 'volume', 'stairstep') as has_tiers,
        p.pricing_model as model, try_cast(coalesce(i.own ->> '$.quantity_in_decimal', i.own ->> '$.quantity', '1') as decimal(18, 8))
            - coalesce(try_cast(i.own ->> '$.free_quantity' as decimal(18, 8)), 0) as paid_for,
        case when p.pricing_model = 'flat_fee' then 1 else greatest(paid_for, 0) end as billed, case when
            strpos('BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF', i.money) > 0 then 1.000 when strpos('BHD IQD JOD KWD LYD OMR TND', i.money) > 0 then 0.001 else 0.010 end as unit,
        coalesce(i.own ->> '$.unit_price_in_decimal', i.own ->> '$.unit_price', p.price_in_decimal, p.price) as each_text,
        coalesce(i.own ->> '$.amount_in_decimal', i.own ->> '$.amount') as amount_text,
        case when contains(i.sub ->> '$.item_tiers', '"' || i.item || '"') then i.sub ->> '$.item_tiers' else p.tiers end as tiers,
        (i.own ->> '$.unit_price_in_decimal') is not null or ((i.own ->> '$.unit_price') is null and p.price_in_decimal is not null)
            or each_text like '%.%' as is_each_whole, (i.own ->> '$.amount_in_decimal') is not null or amount_text like '%.%'
            as is_amount_whole
    from item as i
    left join raw_chargebee.item_prices__latest as p on i.item = p.id
    left join raw_chargebee.items__latest as m on p.item_id = m.id
    where coalesce(p.item_type, m.type, '') <> 'charge'
),
tier as (
    select
        p.subscription_id, p.item, p.since, try_cast(coalesce(t.tier ->> '$.starting_unit_in_decimal', t.tier ->> '$.starting_unit')
            as decimal(18, 8)) as first_unit, try_cast(coalesce(t.tier ->> '$.ending_unit_in_decimal', t.tier ->> '$.ending_unit')
            as decimal(18, 8)) as last_unit, coalesce(try_cast(t.tier ->> '$.price_in_decimal' as decimal(22, 12)),
            cast(try_cast(t.tier ->> '$.price' as decimal(18, 6)) * p.unit as decimal(22, 12))) as each,
        coalesce(lag(last_unit) over (partition by p.subscription_id, p.item, p.since order by first_unit), 0) as above,
        case when p.billed <= above or (p.model <> 'tiered' and p.billed > last_unit) then 0 when p.model = 'volume' then p.billed * each
            when p.model = 'stairstep' then each else (least(p.billed, coalesce(last_unit, p.billed)) - above) * each end as amount
    from priced as p, unnest(try_cast(try_cast(p.tiers as json) as json[])) as t (tier)
    where p.has_tiers and coalesce(t.tier ->> '$.item_price_id', p.item) = p.item
),
valued as (
    select
        p.*, case when p.is_metered or p.billed = 0 and p.model <> 'per_unit' then 1 else p.billed end as quantity, coalesce(t.total,
            case when p.has_tiers or p.model = 'package' or p.model is null then try_cast(p.amount_text as decimal(30, 12))
                * case when p.is_amount_whole then 1.000 else p.unit end end) as period_amount,
        coalesce(cast(try_cast(round(period_amount / nullif(p.billed, 0), 12) as decimal(30, 12)) as varchar), cast(try_cast(p.each_text
            as decimal(30, 12)) * case when p.is_each_whole then 1.000 else p.unit end as varchar), p.each_text) as unit_amount,
        concat_ws('|', status, quantity, unit_amount, money, billing_interval, interval_count, is_metered, product_id) as state,
        case when lag(until) over past = since and lag(state) over past = state then 0 else 1 end as is_change
    from priced as p
    left join (select subscription_id, item, since, sum(amount) as total from tier group by all) as t using (subscription_id, item, since)
    window past as (partition by subscription_id, item order by since)
)
select
    min(_row_id) as _row_id, max(_loaded_at) as _loaded_at, min(product_id) as product_id, subscription_id, item,
    subscription_id || ':' || item || ':' || coalesce(strftime(min(since), '%Y-%m-%dT%H:%M:%SZ'), 'unknown') as source_record_id,
    min(since) as valid_from, case when count(until) = count(*) then max(until) end as valid_to, min(status) as status,
    min(quantity) as quantity, min(unit_amount) as unit_amount, min(money) as currency, min(billing_interval) as billing_interval,
    min(interval_count) as interval_count, bool_or(is_metered) as is_metered
from (select *, sum(is_change) over (partition by subscription_id, item order by since) as stretch from valued) as counted
group by subscription_id, item, stretch

-- A discount leaves its subscription when it ends, so those that events have shown stand beside those of today.
with bearer as (
    select
        _row_id, _loaded_at, try_cast(created as bigint) as seen_at, null as deleted_text, data ->> '$.object.id' as sub_id,
        data -> '$.object' as sub
    from raw_stripe.events__latest
    where type like 'customer.subscription.%' and json_valid(data)
    union all
    select
        _row_id, _loaded_at, 99999999999, null, id, json_object('discount', try_cast(discount as json), 'discounts',
            try_cast(discounts as json), 'items', try_cast(items as json), 'billing_cycle_anchor', billing_cycle_anchor)
    from raw_stripe.subscriptions__latest
    union all
    select
        _row_id, _loaded_at, 99999999999, case when type like '%.deleted' then created end,
        data ->> '$.object.subscription', json_object('discount', data -> '$.object')
    from raw_stripe.events__latest
    where type like 'customer.discount.%' and json_valid(data)
        and (try_cast(data as json) ->> '$.object.subscription') is not null
),
item as (
    select b.*, t.item
    from bearer as b, unnest(try_cast(b.sub -> '$.items.data' as json[])) as t (item)
),
found as (
    select _row_id, _loaded_at, seen_at, deleted_text, sub_id, sub, sub ->> '$.discount.subscription_item' as item_id,
        sub -> '$.discount' as discount
    from bearer
    union all
    select b._row_id, b._loaded_at, b.seen_at, null, b.sub_id, b.sub, null, t.discount
    from bearer as b, unnest(try_cast(b.sub -> '$.discounts' as json[])) as t (discount)
    union all
    select i._row_id, i._loaded_at, i.seen_at, null, i.sub_id, i.sub, i.item ->> '$.id', t.discount
    from item as i, unnest(try_cast(i.item -> '$.discounts' as json[])) as t (discount)
),
known as (
    -- the fullest account of each discount: one whose terms are told, one that says when it ended, the latest
    select
        *, coalesce(discount ->> '$.id', discount ->> '$') as discount_id,
        min(deleted_text) over (partition by coalesce(discount ->> '$.id', discount ->> '$')) as ended_text
    from found
    where (discount ->> '$') is not null
    qualify row_number() over (
        partition by sub_id, coalesce(discount ->> '$.id', discount ->> '$')
        order by (discount ->> '$.start') is null asc, (sub -> '$.items') is null asc, seen_at desc, _row_id asc
    ) = 1
),
termed as (
    select
        k.*, coalesce(k.discount ->> '$.coupon.percent_off', k.discount ->> '$.source.coupon.percent_off', c.percent_off)
            as percent_off,
        coalesce(k.discount ->> '$.coupon.amount_off', k.discount ->> '$.source.coupon.amount_off', c.amount_off) as minor,
        upper(coalesce(k.discount ->> '$.coupon.currency', k.discount ->> '$.source.coupon.currency', c.currency)) as currency,
        coalesce(k.discount ->> '$.coupon.duration', k.discount ->> '$.source.coupon.duration', c.duration) as duration,
        try_cast(coalesce(k.discount ->> '$.coupon.duration_in_months', k.discount ->> '$.source.coupon.duration_in_months',
            c.duration_in_months) as smallint) as months,
        to_timestamp(try_cast(k.discount ->> '$.start' as decimal(11, 0))) at time zone 'UTC' as starts,
        to_timestamp(try_cast(coalesce(k.ended_text, k.discount ->> '$.end') as decimal(11, 0))) at time zone 'UTC' as ended,
        to_timestamp(try_cast(coalesce(k.sub ->> '$.billing_cycle_anchor', k.discount ->> '$.start') as decimal(11, 0)))
            at time zone 'UTC' as anchor,
        coalesce(k.sub ->> '$.items.data[0].price.recurring.interval', k.sub ->> '$.items.data[0].plan.interval') as period,
        try_cast(coalesce(k.sub ->> '$.items.data[0].price.recurring.interval_count',
            k.sub ->> '$.items.data[0].plan.interval_count', '1') as smallint) as periods
    from known as k
    left join raw_stripe.coupons__latest as c on c.id = coalesce(k.discount ->> '$.coupon.id',
        k.discount ->> '$.coupon', k.discount ->> '$.source.coupon.id', k.discount ->> '$.source.coupon')
),
stepped as (
    select
        *, case period when 'year' then 12 * periods when 'month' then periods end as step,
        (year(starts) - year(anchor)) * 12 + month(starts) - month(anchor) as months_since
    from termed
),
counted as (
    select *, cast(floor(months_since / nullif(step, 0)) as integer) * step as whole_months
    from stepped
),
bounded as (
    -- `once` takes off one bill: that of the billing period in which the discount starts
    select
        *, case
            when step is null then starts + periods * case period when 'week' then 7 else 1 end * interval '1 day'
            when anchor + whole_months * interval '1 month' > starts then anchor + whole_months * interval '1 month'
            else anchor + (whole_months + step) * interval '1 month'
        end as period_ends,
        case
            when strpos('BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF', currency) > 0 then 1.000
            when strpos('BHD JOD KWD OMR TND', currency) > 0 then 0.001
            else 0.010
        end as unit
    from counted
)
select
    _row_id,
    _loaded_at,
    discount_id as source_record_id,
    sub_id as subscription_id,
    item_id as item,
    percent_off,
    coalesce(cast(try_cast(minor as decimal(34, 12)) * unit as varchar), minor) as amount_off,
    currency,
    duration,
    coalesce(cast(starts as varchar), discount ->> '$.start') as starts_at,
    coalesce(ended, case duration when 'once' then period_ends when 'repeating' then starts + months * interval '1 month' end)
        as ends_at
from bounded

-- A subscription names its coupons without saying since when: since the first event that shows one, else since it began.
with told as (
    select _row_id, _loaded_at, 1 as turn, occurred_at as at_text, try_cast(content as json) -> '$.subscription' as sub
    from raw_chargebee.events__latest
    where event_type like 'subscription_%' and (try_cast(content as json) ->> '$.subscription.id') is not null
    union all
    select _row_id, _loaded_at, 2, updated_at, json_object('id', id, 'start', coalesce(started_at, start_date, created_at),
        'currency_code', currency_code, 'current_term_end', current_term_end, 'coupons', try_cast(coupons as json),
        'discounts', try_cast(discounts as json), 'subscription_items', try_cast(subscription_items as json))
    from raw_chargebee.subscriptions__latest
),
seen as (
    select
        *, sub ->> '$.id' as subscription_id, coalesce(to_timestamp(try_cast(at_text as decimal(11, 0))) at time zone 'UTC',
            try_cast(at_text as timestamp)) as at_time,
        coalesce(sub ->> '$.start', sub ->> '$.started_at', sub ->> '$.start_date', sub ->> '$.created_at') as start_text,
        row_number() over (partition by sub ->> '$.id' order by turn, try_cast(at_text as decimal(11, 0)),
            try_cast(sub ->> '$.resource_version' as bigint), _row_id) as nth
    from told
),
snapshot as (
    select *, lead(at_time) over (partition by subscription_id order by nth) as next_at, coalesce(to_timestamp(try_cast(
        start_text as decimal(11, 0))) at time zone 'UTC', try_cast(start_text as timestamp)) as starts
    from seen
),
listed as (
    select s.*, t.one, t.one ->> '$.coupon_id' as given_id
    from snapshot as s, unnest(try_cast(s.sub -> '$.coupons' as json[])) as t (one)
    union all
    -- one given by hand carries its own terms
    select s.*, t.one, t.one ->> '$.id'
    from snapshot as s, unnest(try_cast(s.sub -> '$.discounts' as json[])) as t (one)
    where (t.one ->> '$.type') is not null
),
given as (
    select
        l.*, coalesce(l.one ->> '$.apply_on', c.apply_on, '') like '%item%' as is_aimed,
        case when (l.one ->> '$.item_price_id') is not null then json_array(json_object('price', l.one ->> '$.item_price_id'))
            else coalesce(try_cast(c.item_constraints as json), json_array(json_object('constraint', 'every'))) end as rules
    from listed as l
    left join raw_chargebee.coupons__latest as c on (l.one ->> '$.coupon_id') = c.id
),
aimed as (
    select * exclude (sub), sub, null as item
    from given
    where not is_aimed
    union all
    -- one for certain items stands once for each of them, as long as the subscription has it
    select g.* exclude (sub), g.sub, u.item ->> '$.item_price_id'
    from given as g, unnest(try_cast(g.sub -> '$.subscription_items' as json[])) as u (item),
        unnest(try_cast(g.rules as json[])) as r (rule)
    where g.is_aimed and (u.item ->> '$.item_type') is distinct from 'charge' and (
        (r.rule ->> '$.price') = (u.item ->> '$.item_price_id') or (r.rule ->> '$.constraint') = 'every'
        or ((r.rule ->> '$.item_type') = (u.item ->> '$.item_type') and ((r.rule ->> '$.constraint') = 'all'
            or contains(r.rule ->> '$.item_price_ids', '"' || (u.item ->> '$.item_price_id') || '"'))))
),
known as (
    select
        subscription_id, given_id, item, arg_max(_row_id, nth) as _row_id, max(_loaded_at) as _loaded_at,
        arg_max(one, nth) as one, arg_max(sub ->> '$.currency_code', nth) as sub_currency,
        -- nothing comes after the newest account of a subscription: what that shows still runs
        case when count(next_at) = count(*) then max(next_at) end as gone_at,
        arg_min(case when nth = 1 then starts else at_time end, nth) as first_at,
        to_timestamp(try_cast(arg_min(sub ->> '$.current_term_end', nth) as decimal(11, 0))) at time zone 'UTC' as term_ends
    from aimed
    group by subscription_id, given_id, item
),
termed as (
    select
        k.*, case when coalesce(k.one ->> '$.type', c.discount_type) = 'percentage'
            then coalesce(k.one ->> '$.percentage', c.discount_percentage) end as percent_off,
        case when coalesce(k.one ->> '$.type', c.discount_type) = 'fixed_amount'
            then coalesce(k.one ->> '$.amount', c.discount_amount) end as minor,
        upper(coalesce(k.one ->> '$.currency_code', c.currency_code, k.sub_currency)) as currency,
        coalesce(k.one ->> '$.duration_type', c.duration_type) as lasts, to_timestamp(try_cast(k.one ->> '$.created_at'
            as decimal(11, 0))) at time zone 'UTC' as made_at,
        case when k.item is null then coalesce(made_at, k.first_at) else greatest(made_at, k.first_at) end as starts_at,
        to_timestamp(try_cast(k.one ->> '$.apply_till' as decimal(11, 0))) at time zone 'UTC' as till,
        try_cast(coalesce(k.one ->> '$.period', c.period, c.duration_month) as smallint) as periods, case
            coalesce(k.one ->> '$.period_unit', c.period_unit, 'month') when 'year' then interval '12 month' when 'month'
            then interval '1 month' when 'week' then interval '7 day' else interval '1 day' end as period,
        case when strpos('BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF', currency) > 0 then 1.000
            when strpos('BHD IQD JOD KWD LYD OMR TND', currency) > 0 then 0.001 else 0.010 end as unit
    from known as k
    left join raw_chargebee.coupons__latest as c on (k.one ->> '$.coupon_id') = c.id
)
select
    _row_id, _loaded_at, concat_ws(':', subscription_id, given_id, item) as source_record_id, subscription_id, item, percent_off,
    coalesce(cast(case when minor not like '%.%' then try_cast(minor as decimal(34, 12)) end * unit as varchar), minor)
        as amount_off,
    case when minor is not null then currency end as currency, case lasts when 'one_time' then 'once' when 'limited_period' then 'repeating' else lasts end as duration, starts_at,
    least(gone_at, coalesce(till, case lasts when 'one_time' then term_ends when 'limited_period'
        then starts_at + periods * period end)) as ends_at
from termed

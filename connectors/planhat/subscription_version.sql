with catalogue as (
    select lower(trim(p.name)) as name, min(p.id) as id from raw_planhat.products__latest as p group by all
),
won as (
    select d.id from raw_planhat.deals__latest as d
    where regexp_replace(lower(d.stage), '[^a-z]', '', 'g') in ('closedwon', 'won')
),
agreed as (
    select
        l._row_id, l._loaded_at, l.id, null as product_id, trim(l.product) as product, l.currency, l.from_date, l.to_date,
        l.to_date_included, lower(coalesce(l.fixed_period, 'true')) <> 'false' as is_fixed, l.length, l.value, l.mrr, l.arr,
        l.updated_at
    from raw_planhat.licenses__latest as l
    union all
    select
        i._row_id, i._loaded_at, i.id, i.product_id, trim(coalesce(i.product, i.name)), i.currency, i.from_date, i.to_date,
        i.to_date_included, lower(coalesce(i.fixed_period, 'true')) <> 'false', i.length, i.value, i.mrr, i.arr, i.updated_at
    from raw_planhat.lineitems__latest as i
    join won as w on i.deal_id = w.id
    where lower(coalesce(i.type, 'subscription')) <> 'fee'
),
timed as (
    select
        a.*, timezone('UTC', try_cast(a.from_date as timestamptz)) as first_instant,
        timezone('UTC', try_cast(a.to_date as timestamptz)) as last_instant
    from agreed as a
),
ended as (
    select
        t.*,
        case
            when strftime(t.last_instant, '%H:%M') = '23:59' then cast(cast(t.last_instant as date) as timestamp) + interval 1 day
            when lower(t.to_date_included) = 'true' then t.last_instant + interval 1 day
            else t.last_instant
        end as end_instant
    from timed as t
),
termed as (
    -- the term in whole months: as stated, else by its two days
    select
        e.*,
        case
            when regexp_matches(e.length, '^[1-9]\d{0,3}(\.0*)?$') then cast(round(try_cast(e.length as double)) as bigint)
            when e.length is null and day(e.first_instant) = day(e.end_instant) and e.end_instant > e.first_instant then
                (year(e.end_instant) - year(e.first_instant)) * 12 + month(e.end_instant) - month(e.first_instant)
        end as months
    from ended as e
),
priced as (
    -- a fixed term's value over its months is exact where a month's share need not be; a month's value stands for the
    -- rest, then a year's, then the value over the days of the term
    select
        t.*,
        case
            when t.is_fixed and t.value is not null and t.months > 0 then 'month'
            when t.mrr is not null then 'month'
            when t.arr is not null then 'year'
            when t.is_fixed and t.end_instant > t.first_instant then 'day'
        end as billing_interval,
        case
            when t.is_fixed and t.value is not null and t.months > 0 then t.months
            when coalesce(t.mrr, t.arr) is not null then 1
            when t.is_fixed then date_diff('day', t.first_instant, t.end_instant)
        end as interval_count,
        case when t.is_fixed and t.value is not null and t.months > 0 then t.value else coalesce(t.mrr, t.arr, t.value) end
            as amount
    from termed as t
)
select
    p._row_id,
    p._loaded_at,
    p.id || ':license' as source_record_id,
    p.id as subscription_id,
    'license' as item,
    coalesce(p.product_id, c.id, nullif(p.product, '')) as product_id,
    p.from_date as valid_from,
    coalesce(cast(p.end_instant as varchar), p.to_date) as valid_to,
    'active' as status,
    '1' as quantity,
    coalesce(cast(round(try_cast(p.amount as decimal(34, 16)), 12) as varchar), p.amount) as unit_amount,
    upper(coalesce(try_cast(p.currency as json) ->> '$._id', p.currency)) as currency,
    p.billing_interval,
    cast(p.interval_count as varchar) as interval_count,
    false as is_metered,
    p.updated_at
from priced as p
left join catalogue as c on lower(p.product) = c.name

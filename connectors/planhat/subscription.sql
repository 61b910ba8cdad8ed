with named as (
    select lower(trim(c.name)) as name, min(c.id) as id
    from raw_planhat.companies__latest as c
    group by all
    having count(*) = 1
),
catalogue as (
    select lower(trim(p.name)) as name, min(p.id) as id from raw_planhat.products__latest as p group by all
),
won as (
    -- what a deal's line items promise is contracted once the deal is won
    select d.id from raw_planhat.deals__latest as d
    where regexp_replace(lower(d.stage), '[^a-z]', '', 'g') in ('closedwon', 'won')
),
agreed as (
    select
        l._row_id, l._loaded_at, l.custom, l.custom_fields, l.id, l.company_id, l.company_name, l.opportunity_id, null as product_id,
        trim(l.product) as product, l.currency, l.from_date, l.to_date, l.to_date_included, l.fixed_period, l.value,
        coalesce(l.renewal_status, l.status) as renewal_status, l.renewal_date, l.auto_renews, l.notice_period, l.notice_unit,
        coalesce(l.created_at, l.create_date) as created_at, l.updated_at
    from raw_planhat.licenses__latest as l
    union all
    select
        i._row_id, i._loaded_at, i.custom, i.custom_fields, i.id, i.company_id, i.company_name, i.deal_id, i.product_id,
        trim(coalesce(i.product, i.name)), i.currency, i.from_date, i.to_date, i.to_date_included, i.fixed_period, i.value,
        coalesce(i.renewal_status, i.status), i.renewal_date, i.auto_renews, i.notice_period, i.notice_unit,
        coalesce(i.created_at, i.create_date), i.updated_at
    from raw_planhat.lineitems__latest as i
    join won as w on i.deal_id = w.id
    where lower(coalesce(i.type, 'subscription')) <> 'fee'
),
timed as (
    select
        a.*, lower(trim(a.renewal_status)) as renewal, timezone('UTC', try_cast(a.to_date as timestamptz)) as last_instant,
        case
            when regexp_matches(a.notice_period, '^\d{1,6}(\.0*)?$') then round(try_cast(a.notice_period as double)) * case
                when lower(a.notice_unit) like 'week%' then 7 when lower(a.notice_unit) like 'month%' then 30 else 1
            end
        end as notice_days
    from agreed as a
),
ended as (
    -- half-open, unless the license says that its last day counts; a last second of a day stands for that day
    select
        t.*,
        case
            when strftime(t.last_instant, '%H:%M') = '23:59' then cast(cast(t.last_instant as date) as timestamp) + interval 1 day
            when lower(t.to_date_included) = 'true' then t.last_instant + interval 1 day
            else t.last_instant
        end as end_instant
    from timed as t
),
told as (
    select e.*, coalesce(cast(e.end_instant as varchar), e.to_date) as end_text from ended as e
)
select
    t._row_id, t._loaded_at,
    nullif(json_merge_patch(coalesce(t.custom, '{}'), coalesce(try_cast(t.custom_fields as json), '{}')), '{}') as custom,
    t.id as source_record_id,
    coalesce(t.company_id, n.id) as company_id,
    t.opportunity_id,
    coalesce(t.product_id, c.id, nullif(t.product, '')) as product_id,
    -- as it stood when the delivery came: a lost license runs to its end
    case when t.renewal = 'lost' and t.end_instant <= t._loaded_at then 'canceled' else 'active' end as status,
    t.from_date as starts_at,
    t.end_text as ends_at,
    cast(t.end_text is null as varchar) as is_open_ended,
    upper(coalesce(try_cast(t.currency as json) ->> '$._id', t.currency)) as currency,
    case
        when coalesce(lower(t.fixed_period), 'true') <> 'false'
            then coalesce(cast(round(try_cast(t.value as decimal(34, 16)), 4) as varchar), t.value)
    end as value,
    -- one that was renewed goes on as the next license
    case when t.renewal in ('lost', 'renewed') then 'false' else lower(t.auto_renews) end as auto_renew,
    case when coalesce(t.renewal, 'ongoing') = 'ongoing' then coalesce(t.renewal_date, t.end_text) end as renewal_on,
    coalesce(t.renewal, 'ongoing') as renewal_status,
    coalesce(cast(cast(t.notice_days as bigint) as varchar), t.notice_period) as notice_period_days,
    case when t.renewal = 'lost' then t.end_text end as cancel_at,
    t.created_at,
    t.updated_at
from told as t
left join named as n on lower(trim(t.company_name)) = n.name
left join catalogue as c on lower(t.product) = c.name

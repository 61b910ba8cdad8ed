with listed as (
    select i._row_id, i._loaded_at, i.id as invoice_id, t.line
    from raw_chargebee.invoices__latest as i, unnest(try_cast(try_cast(i.line_items as json) as json[])) as t (line)
    union all
    select l._row_id, l._loaded_at, l.invoice_id, json_object('id', l.id, 'subscription_id', l.subscription_id, 'date_from',
        l.date_from, 'date_to', l.date_to, 'unit_amount', l.unit_amount, 'quantity', l.quantity, 'amount', l.amount,
        'discount_amount', l.discount_amount, 'item_level_discount_amount', l.item_level_discount_amount, 'tax_amount',
        l.tax_amount, 'description', l.description, 'entity_type', l.entity_type, 'entity_id', l.entity_id)
    from raw_chargebee.invoice_line_items__latest as l
),
line as (
    select
        l.*, l.line ->> '$.id' as line_id, i.price_type, i.subscription_id as bill_subscription, upper(i.currency_code) as currency,
        l.line ->> '$.date_from' as from_text, l.line ->> '$.date_to' as to_text, l.line ->> '$.entity_type' as kind,
        case
            when strpos('BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF', upper(i.currency_code)) > 0
                then 1.000
            when strpos('BHD IQD JOD KWD LYD OMR TND', upper(i.currency_code)) > 0 then 0.001
            else 0.010
        end as unit
    from listed as l
    left join raw_chargebee.invoices__latest as i on l.invoice_id = i.id
    qualify row_number() over (partition by l.line ->> '$.id' order by l._loaded_at desc, l._row_id asc) = 1
),
whole as (
    select
        *, coalesce(line ->> '$.unit_amount_in_decimal', cast(case when (line ->> '$.unit_amount') not like '%.%'
            then try_cast(line ->> '$.unit_amount' as decimal(34, 12)) end * unit as varchar), line ->> '$.unit_amount') as each,
        coalesce(cast(case when (line ->> '$.amount') not like '%.%' then try_cast(line ->> '$.amount' as decimal(34, 12)) end
            * unit as varchar), line ->> '$.amount') as amount,
        coalesce(cast(case when (line ->> '$.tax_amount') not like '%.%' then try_cast(line ->> '$.tax_amount' as decimal(34, 12)) end
            * unit as varchar), line ->> '$.tax_amount') as taxed,
        (coalesce(try_cast(line ->> '$.discount_amount' as decimal(24, 6)), 0)
            + coalesce(try_cast(line ->> '$.item_level_discount_amount' as decimal(24, 6)), 0)) * case
            when concat(line ->> '$.discount_amount', line ->> '$.item_level_discount_amount') like '%.%' then 1.000 else unit
        end as discounted
    from line
)
select
    w._row_id,
    w._loaded_at,
    w.line_id as source_record_id,
    w.invoice_id,
    coalesce(w.line ->> '$.subscription_id', w.bill_subscription) as subscription_id,
    p.item_id as product_id,
    w.line ->> '$.description' as description,
    coalesce(w.line ->> '$.quantity_in_decimal', w.line ->> '$.quantity') as quantity,
    w.each as unit_amount,
    case when w.price_type = 'tax_inclusive'
        then coalesce(cast(try_cast(w.amount as decimal(34, 12)) - coalesce(try_cast(w.taxed as decimal(34, 12)), 0) as varchar), w.amount)
        else w.amount end as amount,
    cast(w.discounted as varchar) as discount_amount,
    w.taxed as tax_amount,
    w.currency,
    coalesce(cast(to_timestamp(try_cast(w.from_text as decimal(11, 0))) at time zone 'UTC' as varchar), w.from_text) as period_start,
    coalesce(cast(to_timestamp(try_cast(w.to_text as decimal(11, 0))) at time zone 'UTC' as varchar), w.to_text) as period_end,
    regexp_matches(coalesce(w.line ->> '$.description', ''), '(?i)prorated') as is_proration,
    case
        when lower(m.metered) = 'true' then 'usage'
        when w.kind in ('plan_item_price', 'addon_item_price', 'plan', 'addon', 'plan_setup') then 'recurring'
        when w.kind in ('charge_item_price', 'adhoc') then 'one_time'
    end as revenue_type
from whole as w
left join raw_chargebee.item_prices__latest as p on (w.line ->> '$.entity_id') = p.id
left join raw_chargebee.items__latest as m on p.item_id = m.id

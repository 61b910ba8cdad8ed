-- A sale is a one-time line of a bill that was sent and holds; drafts and void bills sold nothing.
with listed as (
    select i.id as invoice_id, t.line
    from raw_chargebee.invoices__latest as i, unnest(try_cast(try_cast(i.line_items as json) as json[])) as t (line)
    union all
    select
        invoice_id, json_object('id', id, 'amount', amount, 'discount_amount', discount_amount, 'item_level_discount_amount',
            item_level_discount_amount, 'tax_amount', tax_amount, 'description', description, 'entity_type', entity_type,
            'entity_id', entity_id)
    from raw_chargebee.invoice_line_items__latest
),
sold as (
    select
        i._row_id, i._loaded_at, i.customer_id, i.date, l.line, l.line ->> '$.id' as line_id, l.line ->> '$.amount' as amount,
        upper(i.currency_code) as currency, coalesce(try_cast(l.line ->> '$.discount_amount' as decimal(24, 6)), 0)
        + coalesce(try_cast(l.line ->> '$.item_level_discount_amount' as decimal(24, 6)), 0)
        + case when i.price_type = 'tax_inclusive' then coalesce(try_cast(l.line ->> '$.tax_amount' as decimal(24, 6)), 0) else 0 end
            as off,
        case
            when (l.line ->> '$.amount') like '%.%' then 1.000
            when strpos('BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF', upper(i.currency_code)) > 0
                then 1.000
            when strpos('BHD IQD JOD KWD LYD OMR TND', upper(i.currency_code)) > 0 then 0.001
            else 0.010
        end as unit
    from listed as l
    join raw_chargebee.invoices__latest as i on l.invoice_id = i.id
    where i.status in ('paid', 'posted', 'payment_due', 'not_paid') and lower(coalesce(i.deleted, 'false')) <> 'true'
        and (l.line ->> '$.entity_type') in ('charge_item_price', 'adhoc')
    qualify row_number() over (partition by l.line ->> '$.id' order by i._loaded_at desc) = 1
)
select
    s._row_id,
    s._loaded_at,
    s.line_id as source_record_id,
    s.customer_id as company_id,
    p.item_id as product_id,
    coalesce(cast(to_timestamp(try_cast(s.date as decimal(11, 0))) at time zone 'UTC' as varchar), s.date) as sold_on,
    coalesce(cast((try_cast(s.amount as decimal(24, 6)) - s.off) * s.unit as varchar), s.amount) as amount,
    s.currency,
    s.line ->> '$.description' as description
from sold as s
left join raw_chargebee.item_prices__latest as p on (s.line ->> '$.entity_id') = p.id

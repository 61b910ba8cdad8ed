-- A sale is a one-time line of a bill that was sent and holds; drafts and void bills sold nothing.
with listed as (
    select i.id as invoice_id, t.line
    from raw_stripe.invoices__latest as i, unnest(try_cast(try_cast(i.lines as json) -> '$.data' as json[])) as t (line)
    union all
    select
        invoice, json_object('id', id, 'amount', amount, 'currency', currency, 'description', description, 'type', type,
            'proration', proration, 'price', coalesce(try_cast(price as json), to_json(price)),
            'pricing', try_cast(pricing as json), 'parent', try_cast(parent as json),
            'taxes', try_cast(coalesce(taxes, tax_amounts) as json), 'discount_amounts', try_cast(discount_amounts as json))
    from raw_stripe.invoice_line_items__latest
),
line as (
    select
        i._row_id, i._loaded_at, l.line, l.line ->> '$.id' as line_id, l.line ->> '$.amount' as amount,
        upper(l.line ->> '$.currency') as currency, coalesce(try_cast(i.customer as json) ->> '$.id', i.customer) as customer_id,
        coalesce(i.effective_at, try_cast(i.status_transitions as json) ->> '$.finalized_at', i.finalized_at, i.created)
            as sold_text, coalesce(l.line ->> '$.price.type', p.type) as price_type,
        coalesce(l.line ->> '$.type', l.line ->> '$.parent.type') as line_type,
        coalesce(l.line ->> '$.price.product.id', l.line ->> '$.price.product',
            l.line ->> '$.pricing.price_details.product', p.product) as product_id
    from listed as l
    join raw_stripe.invoices__latest as i on l.invoice_id = i.id
    left join raw_stripe.prices__latest as p
        on coalesce(l.line ->> '$.price.id', l.line ->> '$.pricing.price_details.price', l.line ->> '$.price') = p.id
    where i.status in ('open', 'paid') and coalesce(l.line ->> '$.proration',
        l.line ->> '$.parent.subscription_item_details.proration', l.line ->> '$.parent.invoice_item_details.proration',
        'false') <> 'true'
    qualify row_number() over (partition by l.line ->> '$.id' order by i._loaded_at desc) = 1
),
sold as (
    select *
    from line
    where price_type = 'one_time' or (price_type is null and line_type like 'invoice%')
),
less as (
    -- discounts, and tax that the price includes
    select s.line_id, sum(try_cast(t.part ->> '$.amount' as decimal(18, 0))) as amount
    from sold as s, unnest(list_concat(
        coalesce(try_cast(s.line -> '$.discount_amounts' as json[]), []),
        coalesce(try_cast(coalesce(s.line -> '$.taxes', s.line -> '$.tax_amounts') as json[]), [])
    )) as t (part)
    where coalesce(t.part ->> '$.inclusive', t.part ->> '$.tax_behavior', 'inclusive') in ('true', 'inclusive')
    group by s.line_id
),
scaled as (
    select
        s.*, coalesce(l.amount, 0) as off, case
            when strpos('BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF', s.currency) > 0 then 1.000
            when strpos('BHD JOD KWD OMR TND', s.currency) > 0 then 0.001
            else 0.010
        end as unit
    from sold as s
    left join less as l on s.line_id = l.line_id
)
select
    _row_id,
    _loaded_at,
    line_id as source_record_id,
    customer_id as company_id,
    product_id,
    coalesce(cast(to_timestamp(try_cast(sold_text as decimal(11, 0))) at time zone 'UTC' as varchar), sold_text) as sold_on,
    coalesce(cast((try_cast(amount as decimal(18, 0)) - off) * unit as varchar), amount) as amount,
    currency,
    line ->> '$.description' as description
from scaled

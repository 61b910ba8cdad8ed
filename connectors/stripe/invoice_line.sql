with listed as (
    select i._row_id, i._loaded_at, i.id as invoice_id, i.subscription, i.parent, t.line
    from raw_stripe.invoices__latest as i, unnest(try_cast(try_cast(i.lines as json) -> '$.data' as json[])) as t (line)
    union all
    -- lines that came by themselves: pages beyond an invoice's first ten, or the table of a Sigma export
    select
        l._row_id, l._loaded_at, l.invoice, i.subscription, i.parent, json_object('id', l.id, 'amount', l.amount, 'currency',
            l.currency, 'description', l.description, 'quantity', l.quantity, 'type', l.type, 'proration', l.proration,
            'subscription', l.subscription, 'price', coalesce(try_cast(l.price as json), to_json(l.price)),
            'pricing', try_cast(l.pricing as json), 'parent', try_cast(l.parent as json), 'period', coalesce(try_cast(l.period
            as json), json_object('start', l.period_start, 'end', l.period_end)), 'taxes', try_cast(coalesce(l.taxes, l.tax_amounts) as json),
            'discount_amounts', try_cast(l.discount_amounts as json))
    from raw_stripe.invoice_line_items__latest as l
    left join raw_stripe.invoices__latest as i on l.invoice = i.id
),
line as (
    select
        _row_id, _loaded_at, invoice_id, line, line ->> '$.id' as line_id, line ->> '$.amount' as amount,
        upper(line ->> '$.currency') as currency,
        coalesce(line ->> '$.proration', line ->> '$.parent.subscription_item_details.proration',
            line ->> '$.parent.invoice_item_details.proration') as is_proration,
        coalesce(line ->> '$.price.id', line ->> '$.pricing.price_details.price', line ->> '$.plan.id', line ->> '$.price')
            as price_id,
        coalesce(line ->> '$.subscription', line ->> '$.parent.subscription_item_details.subscription',
            line ->> '$.parent.invoice_item_details.subscription', subscription,
            try_cast(parent as json) ->> '$.subscription_details.subscription') as subscription_id,
        coalesce(line ->> '$.type', line ->> '$.parent.type') as line_type
    from listed
    qualify row_number() over (partition by line ->> '$.id' order by _loaded_at desc, _row_id asc) = 1
),
discount as (
    select l.line_id, sum(try_cast(t.part ->> '$.amount' as decimal(18, 0))) as amount
    from line as l, unnest(try_cast(l.line -> '$.discount_amounts' as json[])) as t (part)
    group by l.line_id
),
tax as (
    select
        l.line_id, sum(try_cast(t.part ->> '$.amount' as decimal(18, 0))) as amount,
        sum(case when coalesce(t.part ->> '$.inclusive', t.part ->> '$.tax_behavior') in ('true', 'inclusive')
            then try_cast(t.part ->> '$.amount' as decimal(18, 0)) else 0 end) as inside
    from line as l, unnest(try_cast(coalesce(l.line -> '$.taxes', l.line -> '$.tax_amounts') as json[])) as t (part)
    group by l.line_id
),
valued as (
    select
        l.*, p.product as listed_product,
        coalesce(l.line ->> '$.price.recurring.usage_type', l.line ->> '$.plan.usage_type',
            try_cast(p.recurring as json) ->> '$.usage_type', p.recurring_usage_type) as usage_type,
        coalesce(l.line ->> '$.price.type', p.type) as price_type,
        d.amount as discounted, t.amount as taxed, t.inside,
        coalesce(l.line ->> '$.pricing.unit_amount_decimal', l.line ->> '$.price.unit_amount_decimal',
            l.line ->> '$.unit_amount_excluding_tax', l.line ->> '$.price.unit_amount', l.line ->> '$.plan.amount',
            p.unit_amount_decimal, p.unit_amount) as each,
        case
            when strpos('BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF', l.currency) > 0 then 1.000
            when strpos('BHD JOD KWD OMR TND', l.currency) > 0 then 0.001
            else 0.010
        end as unit
    from line as l
    left join discount as d on l.line_id = d.line_id
    left join tax as t on l.line_id = t.line_id
    left join raw_stripe.prices__latest as p on l.price_id = p.id
)
select
    _row_id,
    _loaded_at,
    line_id as source_record_id,
    invoice_id,
    subscription_id,
    coalesce(line ->> '$.price.product.id', line ->> '$.price.product', line ->> '$.pricing.price_details.product',
        line ->> '$.plan.product', listed_product) as product_id,
    line ->> '$.description' as description,
    line ->> '$.quantity' as quantity,
    coalesce(cast(cast(try_cast(each as decimal(34, 12)) * unit as decimal(34, 12)) as varchar), each) as unit_amount,
    coalesce(cast((try_cast(amount as decimal(18, 0)) - coalesce(inside, 0)) * unit as varchar), amount) as amount,
    cast(discounted * unit as varchar) as discount_amount,
    cast(taxed * unit as varchar) as tax_amount,
    currency,
    coalesce(cast(to_timestamp(try_cast(line ->> '$.period.start' as decimal(11, 0))) at time zone 'UTC' as varchar),
        line ->> '$.period.start') as period_start,
    coalesce(cast(to_timestamp(try_cast(line ->> '$.period.end' as decimal(11, 0))) at time zone 'UTC' as varchar),
        line ->> '$.period.end') as period_end,
    coalesce(is_proration, 'false') as is_proration,
    case
        when usage_type = 'metered' then 'usage'
        when price_type = 'one_time' then 'one_time'
        when usage_type = 'licensed' or price_type = 'recurring' or is_proration = 'true' then 'recurring'
        when line_type like 'subscription%' then 'recurring'
        when line_type like 'invoice%' then 'one_time'
    end as revenue_type
from valued

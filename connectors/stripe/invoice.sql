with line as (
    select
        i.id, t.line ->> '$.period.start' as line_start, t.line ->> '$.period.end' as line_end,
        coalesce(t.line ->> '$.proration', t.line ->> '$.parent.subscription_item_details.proration',
            t.line ->> '$.parent.invoice_item_details.proration') as is_proration
    from raw_stripe.invoices__latest as i, unnest(try_cast(try_cast(i.lines as json) -> '$.data' as json[])) as t (line)
    union all
    select invoice, period_start, period_end, proration
    from raw_stripe.invoice_line_items__latest
    where period_end is not null
),
period as (
    -- usage is billed after the fact: what a bill is for is the latest stretch that its lines are for
    select id, line_start, line_end
    from line
    where coalesce(is_proration, 'false') <> 'true'
    qualify row_number() over (partition by id order by try_cast(line_end as bigint) desc, line_end desc, line_start asc) = 1
),
discount as (
    select i.id, cast(sum(try_cast(t.part ->> '$.amount' as decimal(18, 0))) as varchar) as amount
    from raw_stripe.invoices__latest as i, unnest(try_cast(try_cast(i.total_discount_amounts as json) as json[])) as t (part)
    group by i.id
),
tax as (
    select i.id, cast(sum(try_cast(t.part ->> '$.amount' as decimal(18, 0))) as varchar) as amount
    from raw_stripe.invoices__latest as i,
        unnest(try_cast(try_cast(coalesce(i.total_taxes, i.total_tax_amounts) as json) as json[])) as t (part)
    group by i.id
),
invoice as (
    select
        i.*, coalesce(try_cast(i.status_transitions as json) ->> '$.finalized_at', i.finalized_at) as final_text,
        coalesce(try_cast(i.status_transitions as json) ->> '$.paid_at', i.paid_at) as paid_text,
        coalesce(l.line_start, i.period_start) as start_text, coalesce(l.line_end, i.period_end) as end_text,
        coalesce(d.amount, case when i.total_discount_amounts is null then i.discount_amount else '0' end) as discount_minor,
        coalesce(t.amount, i.tax) as tax_minor,
        case
            when strpos('BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF', upper(i.currency)) > 0 then 1.000
            when strpos('BHD JOD KWD OMR TND', upper(i.currency)) > 0 then 0.001
            else 0.010
        end as unit
    from raw_stripe.invoices__latest as i
    left join period as l on i.id = l.id
    left join discount as d on i.id = d.id
    left join tax as t on i.id = t.id
),
exported as (
    select
        *,
        regexp_replace(subtotal, '^(-?\d+),(\d{1,2})$', '\1.\2', 'g') as subtotal_units,
        regexp_replace(discount_amount, '^(-?\d+),(\d{1,2})$', '\1.\2', 'g') as discount_units,
        regexp_replace(tax, '^(-?\d+),(\d{1,2})$', '\1.\2', 'g') as tax_units,
        regexp_replace(total, '^(-?\d+),(\d{1,2})$', '\1.\2', 'g') as total_units,
        regexp_replace(amount_due, '^(-?\d+),(\d{1,2})$', '\1.\2', 'g') as due_units,
        regexp_replace(amount_paid, '^(-?\d+),(\d{1,2})$', '\1.\2', 'g') as paid_units
    from raw_stripe.dashboard_invoices__latest
    where id not in (select id from raw_stripe.invoices__latest)
)
select
    _row_id,
    _loaded_at,
    nullif(json_merge_patch(coalesce(custom, '{}'), coalesce(cast(try_cast(metadata as json) as varchar), '{}')), '{}') as custom,
    id as source_record_id,
    coalesce(try_cast(customer as json) ->> '$.id', customer) as company_id,
    coalesce(try_cast(subscription as json) ->> '$.id', subscription,
        try_cast(parent as json) ->> '$.subscription_details.subscription') as subscription_id,
    number,
    case when status = 'open' and try_cast(amount_paid as decimal(34, 12)) > 0 then 'partly_paid' else status end as status,
    coalesce(cast(to_timestamp(try_cast(coalesce(effective_at, final_text, created) as decimal(11, 0))) at time zone 'UTC'
        as varchar), effective_at, final_text, created) as issued_on,
    coalesce(cast(to_timestamp(try_cast(due_date as decimal(11, 0))) at time zone 'UTC' as varchar), due_date) as due_on,
    case when status = 'paid' then coalesce(cast(to_timestamp(try_cast(paid_text as decimal(11, 0))) at time zone 'UTC' as varchar),
        paid_text) end as paid_at,
    coalesce(cast(to_timestamp(try_cast(start_text as decimal(11, 0))) at time zone 'UTC' as varchar), start_text) as period_start,
    coalesce(cast(to_timestamp(try_cast(end_text as decimal(11, 0))) at time zone 'UTC' as varchar), end_text) as period_end,
    upper(currency) as currency,
    coalesce(cast(try_cast(coalesce(subtotal_excluding_tax, subtotal) as decimal(34, 12)) * unit as varchar),
        subtotal_excluding_tax, subtotal) as subtotal,
    coalesce(cast(try_cast(discount_minor as decimal(34, 12)) * unit as varchar), discount_minor) as discount_amount,
    coalesce(cast(try_cast(tax_minor as decimal(34, 12)) * unit as varchar), tax_minor) as tax_amount,
    coalesce(cast(try_cast(total as decimal(34, 12)) * unit as varchar), total) as total,
    coalesce(cast(try_cast(amount_paid as decimal(34, 12)) * unit as varchar), amount_paid) as amount_paid,
    coalesce(cast(try_cast(coalesce(amount_remaining, amount_due) as decimal(34, 12)) * unit as varchar),
        amount_remaining, amount_due) as amount_due,
    'false' as is_generated,
    coalesce(cast(to_timestamp(try_cast(created as decimal(11, 0))) at time zone 'UTC' as varchar), created) as created_at
from invoice
union all
select
    _row_id, _loaded_at, custom, id, customer, subscription, number,
    case when lower(status) = 'open' and try_cast(paid_units as decimal(18, 4)) > 0 then 'partly_paid' else lower(status) end,
    coalesce(finalized_at, created_utc), due_date, case when lower(status) = 'paid' then paid_at end,
    coalesce(line_period_start, period_start), coalesce(line_period_end, period_end), upper(currency),
    subtotal_units, discount_units, tax_units, total_units, paid_units,
    coalesce(regexp_replace(amount_remaining, '^(-?\d+),(\d{1,2})$', '\1.\2', 'g'),
        cast(try_cast(due_units as decimal(18, 4)) - try_cast(paid_units as decimal(18, 4)) as varchar)),
    'false', created_utc
from exported

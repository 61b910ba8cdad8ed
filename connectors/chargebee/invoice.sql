with line as (
    select i.id, t.line ->> '$.date_from' as line_start, t.line ->> '$.date_to' as line_end, t.line ->> '$.description' as said
    from raw_chargebee.invoices__latest as i, unnest(try_cast(try_cast(i.line_items as json) as json[])) as t (line)
    union all
    select invoice_id, date_from, date_to, description
    from raw_chargebee.invoice_line_items__latest
),
period as (
    -- usage is billed after the fact: what a bill is for is the latest stretch that its lines are for
    select id, line_start, line_end
    from line
    where line_end is not null and not regexp_matches(coalesce(said, ''), '(?i)prorated')
    qualify row_number() over (partition by id order by try_cast(line_end as bigint) desc, line_end desc, line_start asc) = 1
),
discount as (
    select i.id, cast(sum(try_cast(t.part ->> '$.amount' as decimal(18, 0))) as varchar) as amount
    from raw_chargebee.invoices__latest as i, unnest(try_cast(try_cast(i.discounts as json) as json[])) as t (part)
    group by i.id
),
invoice as (
    select
        i.*, l.line_start, l.line_end, coalesce(d.amount, '0') as discount_minor,
        case
            when strpos('BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF', upper(i.currency_code)) > 0
                then 1.000
            when strpos('BHD IQD JOD KWD LYD OMR TND', upper(i.currency_code)) > 0 then 0.001
            else 0.010
        end as unit
    from raw_chargebee.invoices__latest as i
    left join period as l on i.id = l.id
    left join discount as d on i.id = d.id
),
whole as (
    -- amounts in whole units: those of CSV files have a decimal point, the API's are minor units
    select
        *, coalesce(cast(case when sub_total not like '%.%' then try_cast(sub_total as decimal(34, 12)) end * unit as varchar),
            sub_total) as lines_total,
        coalesce(cast(case when tax not like '%.%' then try_cast(tax as decimal(34, 12)) end * unit as varchar), tax) as taxed,
        coalesce(cast(case when total not like '%.%' then try_cast(total as decimal(34, 12)) end * unit as varchar), total) as asked,
        coalesce(cast(case when amount_paid not like '%.%' then try_cast(amount_paid as decimal(34, 12)) end * unit as varchar),
            amount_paid) as paid,
        coalesce(cast(case when amount_due not like '%.%' then try_cast(amount_due as decimal(34, 12)) end * unit as varchar),
            amount_due) as due
    from invoice
)
select
    _row_id,
    _loaded_at,
    custom,
    id as source_record_id,
    customer_id as company_id,
    subscription_id,
    id as number,
    case
        when status in ('posted', 'payment_due') and try_cast(paid as decimal(34, 12)) > 0 then 'partly_paid'
        when status in ('posted', 'payment_due') then 'open'
        when status = 'not_paid' then 'uncollectible'
        when status = 'voided' then 'void'
        when status = 'pending' then 'draft'
        else status
    end as status,
    coalesce(cast(to_timestamp(try_cast(date as decimal(11, 0))) at time zone 'UTC' as varchar), date) as issued_on,
    coalesce(cast(to_timestamp(try_cast(due_date as decimal(11, 0))) at time zone 'UTC' as varchar), due_date) as due_on,
    case when status = 'paid' then
        coalesce(cast(to_timestamp(try_cast(paid_at as decimal(11, 0))) at time zone 'UTC' as varchar), paid_at) end as paid_at,
    coalesce(cast(to_timestamp(try_cast(line_start as decimal(11, 0))) at time zone 'UTC' as varchar), line_start) as period_start,
    coalesce(cast(to_timestamp(try_cast(line_end as decimal(11, 0))) at time zone 'UTC' as varchar), line_end) as period_end,
    upper(currency_code) as currency,
    case when price_type = 'tax_inclusive'
        then coalesce(cast(try_cast(lines_total as decimal(34, 12)) - coalesce(try_cast(taxed as decimal(34, 12)), 0) as varchar), lines_total)
        else lines_total end as subtotal,
    cast(try_cast(discount_minor as decimal(34, 12)) * unit as varchar) as discount_amount,
    taxed as tax_amount,
    asked as total,
    paid as amount_paid,
    due as amount_due,
    case when net_term_days is not null then 'Net ' || net_term_days end as payment_terms,
    'false' as is_generated,
    coalesce(cast(to_timestamp(try_cast(date as decimal(11, 0))) at time zone 'UTC' as varchar), date) as created_at,
    coalesce(cast(to_timestamp(try_cast(updated_at as decimal(11, 0))) at time zone 'UTC' as varchar), updated_at) as updated_at,
    case when lower(deleted) = 'true' then coalesce(cast(to_timestamp(try_cast(updated_at as decimal(11, 0))) at time zone 'UTC'
        as varchar), updated_at, cast(_loaded_at as varchar)) end as source_deleted_at
from whole

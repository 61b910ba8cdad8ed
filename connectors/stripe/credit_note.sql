with note as (
    select
        n.*, coalesce(n.effective_at, n.created) as issued_text, coalesce(n.amount, n.total) as minor,
        case
            when strpos('BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF', upper(n.currency)) > 0 then 1.000
            when strpos('BHD JOD KWD OMR TND', upper(n.currency)) > 0 then 0.001
            else 0.010
        end as unit
    from raw_stripe.credit_notes__latest as n
)
select
    _row_id,
    _loaded_at,
    nullif(json_merge_patch(coalesce(custom, '{}'), coalesce(cast(try_cast(metadata as json) as varchar), '{}')), '{}') as custom,
    id as source_record_id,
    coalesce(try_cast(customer as json) ->> '$.id', customer) as company_id,
    coalesce(try_cast(invoice as json) ->> '$.id', invoice) as invoice_id,
    number,
    coalesce(cast(to_timestamp(try_cast(issued_text as decimal(11, 0))) at time zone 'UTC' as varchar), issued_text)
        as issued_on,
    coalesce(cast(try_cast(minor as decimal(34, 12)) * unit as varchar), minor) as amount,
    upper(currency) as currency,
    status,
    coalesce(reason, memo) as reason,
    coalesce(cast(to_timestamp(try_cast(created as decimal(11, 0))) at time zone 'UTC' as varchar), created) as created_at
from note

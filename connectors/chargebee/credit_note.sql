with note as (
    select
        n.*, case
            when n.total like '%.%' then 1.000
            when strpos('BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF', upper(n.currency_code)) > 0
                then 1.000
            when strpos('BHD IQD JOD KWD LYD OMR TND', upper(n.currency_code)) > 0 then 0.001
            else 0.010
        end as unit
    from raw_chargebee.credit_notes__latest as n
)
select
    _row_id,
    _loaded_at,
    custom,
    id as source_record_id,
    customer_id as company_id,
    reference_invoice_id as invoice_id,
    id as number,
    coalesce(cast(to_timestamp(try_cast(date as decimal(11, 0))) at time zone 'UTC' as varchar), date) as issued_on,
    coalesce(cast(try_cast(total as decimal(34, 12)) * unit as varchar), total) as amount,
    upper(currency_code) as currency,
    case when status = 'voided' then 'void' else 'issued' end as status,
    coalesce(create_reason_code, reason_code) as reason,
    coalesce(cast(to_timestamp(try_cast(coalesce(generated_at, date) as decimal(11, 0))) at time zone 'UTC' as varchar),
        generated_at, date) as created_at,
    coalesce(cast(to_timestamp(try_cast(updated_at as decimal(11, 0))) at time zone 'UTC' as varchar), updated_at) as updated_at,
    case when lower(deleted) = 'true' then coalesce(cast(to_timestamp(try_cast(updated_at as decimal(11, 0))) at time zone 'UTC'
        as varchar), updated_at, cast(_loaded_at as varchar)) end as source_deleted_at
from note

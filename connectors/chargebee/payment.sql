with linked as (
    select
        t._row_id, t._loaded_at, t.id, u.link ->> '$.invoice_id' as invoice_id, u.link ->> '$.applied_amount' as applied,
        count(*) over (partition by t.id) as links
    from raw_chargebee.transactions__latest as t,
        unnest(try_cast(try_cast(t.linked_invoices as json) as json[])) as u (link)
),
one_bill as (
    select id, min(invoice_id) as invoice_id
    from linked
    where links = 1
    group by id
),
credited as (
    select t.id, min(u.link ->> '$.cn_reference_invoice_id') as invoice_id, min(coalesce(u.link ->> '$.cn_create_reason_code',
        u.link ->> '$.cn_reason_code')) as reason
    from raw_chargebee.transactions__latest as t,
        unnest(try_cast(try_cast(t.linked_credit_notes as json) as json[])) as u (link)
    group by t.id
    having count(distinct u.link ->> '$.cn_reference_invoice_id') = 1
),
part as (
    -- a payment for several bills is told bill by bill, and what of it no bill has taken by itself
    select t.id, t.id as part_id, coalesce(b.invoice_id, c.invoice_id, p.invoice_id) as invoice_id, t.amount
    from raw_chargebee.transactions__latest as t
    left join one_bill as b on t.id = b.id
    left join credited as c on t.id = c.id
    left join one_bill as p on t.refunded_txn_id = p.id
    where t.id not in (select id from linked where links > 1)
    union all
    select id, id || ':' || invoice_id, invoice_id, applied
    from linked
    where links > 1
    union all
    select t.id, t.id || ':unused', null, t.amount_unused
    from raw_chargebee.transactions__latest as t
    where t.id in (select id from linked where links > 1) and try_cast(t.amount_unused as decimal(24, 6)) > 0
),
scaled as (
    select
        t.*, p.part_id, p.invoice_id, p.amount as part_amount, c.reason as credit_reason,
        case when t.type = 'payment' then 1.000 else -1.000 end as sign,
        case
            when p.amount like '%.%' then 1.000
            when strpos('BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF', upper(t.currency_code)) > 0
                then 1.000
            when strpos('BHD IQD JOD KWD LYD OMR TND', upper(t.currency_code)) > 0 then 0.001
            else 0.010
        end as unit
    from part as p
    join raw_chargebee.transactions__latest as t on p.id = t.id
    left join credited as c on t.id = c.id
    -- an authorisation only holds an amount ready
    where t.type <> 'authorization'
)
select
    _row_id,
    _loaded_at,
    part_id as source_record_id,
    customer_id as company_id,
    invoice_id,
    coalesce(cast(to_timestamp(try_cast(date as decimal(11, 0))) at time zone 'UTC' as varchar), date) as paid_at,
    coalesce(cast(try_cast(part_amount as decimal(30, 9)) * cast(sign * unit as decimal(4, 3)) as varchar), part_amount) as amount,
    upper(currency_code) as currency,
    payment_method as method,
    case
        when status = 'success' then 'succeeded'
        when status in ('failure', 'timeout', 'late_failure') then 'failed'
        when status in ('in_progress', 'needs_attention') then 'pending'
        when status = 'voided' then 'canceled'
        else status
    end as status,
    coalesce(error_text, error_code, credit_reason) as reason,
    coalesce(cast(to_timestamp(try_cast(date as decimal(11, 0))) at time zone 'UTC' as varchar), date) as created_at,
    coalesce(cast(to_timestamp(try_cast(updated_at as decimal(11, 0))) at time zone 'UTC' as varchar), updated_at) as updated_at,
    case when lower(deleted) = 'true' then coalesce(cast(to_timestamp(try_cast(updated_at as decimal(11, 0))) at time zone 'UTC'
        as varchar), updated_at, cast(_loaded_at as varchar)) end as source_deleted_at
from scaled

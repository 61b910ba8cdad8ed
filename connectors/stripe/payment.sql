with settled as (
    -- since 2025 a charge no longer names its invoice: the invoice names its payments
    select charge as reference, id as invoice_id from raw_stripe.invoices__latest where charge is not null
    union all
    select payment_intent, id from raw_stripe.invoices__latest where payment_intent is not null
    union all
    select coalesce(t.part ->> '$.payment.charge', t.part ->> '$.payment.payment_intent'), i.id
    from raw_stripe.invoices__latest as i, unnest(try_cast(try_cast(i.payments as json) -> '$.data' as json[])) as t (part)
),
invoice_of as (
    select reference, min(invoice_id) as invoice_id
    from settled
    group by reference
),
charge as (
    select
        c.*, coalesce(try_cast(c.customer as json) ->> '$.id', c.customer) as customer_id,
        coalesce(try_cast(c.invoice as json) ->> '$.id', c.invoice, o.invoice_id, p.invoice_id) as invoice_id,
        coalesce(try_cast(c.payment_method_details as json) ->> '$.type', c.payment_method_type) as method
    from raw_stripe.charges__latest as c
    left join invoice_of as o on c.id = o.reference
    left join invoice_of as p on c.payment_intent = p.reference
),
refund as (
    select r._row_id, r._loaded_at, r.id, r.charge, r.amount, r.currency, r.created, r.status, r.reason
    from raw_stripe.refunds__latest as r
    union all
    select
        c._row_id, c._loaded_at, t.part ->> '$.id', c.id, t.part ->> '$.amount', t.part ->> '$.currency',
        t.part ->> '$.created', t.part ->> '$.status', t.part ->> '$.reason'
    from charge as c, unnest(try_cast(try_cast(c.refunds as json) -> '$.data' as json[])) as t (part)
    where (t.part ->> '$.id') not in (select id from raw_stripe.refunds__latest)
),
movement as (
    select
        _row_id, _loaded_at, id, customer_id, invoice_id, created, amount, upper(currency) as currency, 1.000 as sign, method,
        case when status = 'succeeded' and lower(captured) = 'false' then 'pending' else status end as status,
        coalesce(failure_message, failure_code) as reason
    from charge
    union all
    select
        r._row_id, r._loaded_at, r.id, c.customer_id, c.invoice_id, r.created, r.amount, upper(r.currency), -1.000, c.method,
        case r.status when 'requires_action' then 'pending' else coalesce(r.status, 'succeeded') end, r.reason
    from refund as r
    left join charge as c on coalesce(try_cast(r.charge as json) ->> '$.id', r.charge) = c.id
),
scaled as (
    select
        *, case
            when strpos('BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF', currency) > 0 then 1.000
            when strpos('BHD JOD KWD OMR TND', currency) > 0 then 0.001
            else 0.010
        end as unit
    from movement
),
exported as (
    select
        d.*, regexp_replace(d.amount, '^(-?\d+),(\d{1,2})$', '\1.\2', 'g') as paid,
        regexp_replace(d.amount_refunded, '^(-?\d+),(\d{1,2})$', '\1.\2', 'g') as given_back
    from raw_stripe.dashboard_payments__latest as d
    where d.id not in (select id from raw_stripe.charges__latest)
        and coalesce(d.payment_intent, '') not in (select payment_intent from charge where payment_intent is not null)
)
select
    _row_id,
    _loaded_at,
    id as source_record_id,
    customer_id as company_id,
    invoice_id,
    coalesce(cast(to_timestamp(try_cast(created as decimal(11, 0))) at time zone 'UTC' as varchar), created) as paid_at,
    coalesce(cast(try_cast(amount as decimal(30, 9)) * cast(sign * unit as decimal(4, 3)) as varchar), amount) as amount,
    currency,
    method,
    status,
    reason,
    coalesce(cast(to_timestamp(try_cast(created as decimal(11, 0))) at time zone 'UTC' as varchar), created) as created_at
from scaled
union all
select
    _row_id, _loaded_at, id, customer, invoice, created_utc as paid_at, paid, upper(currency), method,
    case
        when lower(status) in ('paid', 'refunded', 'partially refunded') then 'succeeded'
        when lower(status) like 'requires%' then 'pending'
        else lower(status)
    end,
    reason, created_utc as created_at
from exported
union all
-- the Payments page tells only how much of a payment went back in all, and when the last of it did
select
    _row_id, _loaded_at, id || ':refund', customer, invoice, coalesce(refunded_utc, created_utc) as paid_at,
    '-' || given_back, upper(currency), method, 'succeeded', null, coalesce(refunded_utc, created_utc) as created_at
from exported
where try_cast(given_back as decimal(18, 4)) is distinct from 0 and given_back is not null

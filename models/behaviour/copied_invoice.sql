-- Invoices that are a bookkeeping copy of another system's invoice, which stands among the invoices too.
with original as (
    select source_system || ':' || number as external_id, min(invoice_id) as invoice_id
    from sourced.invoice
    where number is not null
    group by source_system, number
)

select i.invoice_id, o.invoice_id as original_id
from sourced.invoice as i
join original as o on i.external_id = o.external_id
where i.number is null or i.external_id <> i.source_system || ':' || i.number

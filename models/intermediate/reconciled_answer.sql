-- Calls and the invoices that are for them: the one that answers (in whatever currency), and for a call whose period is
-- billed in parts, the further parts (`is_part`).
with answer as (
    select expected_invoice_id, invoice_id from behaviour.invoice_answer
    union all
    select expected_invoice_id, invoice_id from behaviour.foreign_answer
),

part as (
    select c.expected_invoice_id, c.invoice_id, c.rank, c.days_apart
    from behaviour.period_candidate as c
    where c.kind = 'is_in' and c.invoice_id not in (select a.invoice_id from answer as a)
),

partly as (
    select distinct a.expected_invoice_id
    from answer as a
    join behaviour.period_candidate as c on a.expected_invoice_id = c.expected_invoice_id and a.invoice_id = c.invoice_id
    where c.kind = 'is_in'
),

further as (
    select p.expected_invoice_id, p.invoice_id
    from part as p
    join partly as y on p.expected_invoice_id = y.expected_invoice_id
    qualify row_number() over (partition by p.invoice_id order by p.rank, p.days_apart, p.expected_invoice_id) = 1
),

everything as (
    select * from answer
    union all
    select * from further
)

select e.expected_invoice_id, e.invoice_id, y.expected_invoice_id is not null as is_part
from everything as e
left join partly as y on e.expected_invoice_id = y.expected_invoice_id

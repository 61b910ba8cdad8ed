-- Why what was called for is not what was billed, call by call and line by line: per company, currency and month the amounts
-- add up to what was called for less what was billed.
with unbilled as (
    select c.*, coalesce(i.invoice_id is not null, false) as is_to_come
    from intermediate.reconciled_call as c
    left join intermediate.reconciled_answer as a on c.expected_invoice_id = a.expected_invoice_id
    left join (
        select n.invoice_id
        from objects.invoice as n
        cross join meta.run as r
        where cast(n.issued_on as timestamp) >= r.as_of
    ) as i on a.invoice_id = i.invoice_id
    where c.is_called and c.expected_invoice_id not in (select l.expected_invoice_id from intermediate.reconciled_line as l)
),

answered as (
    select
        c.company_id, c.currency, c.month, c.issue_on, c.is_called, c.amount, c.expected_invoice_id, l.invoice_id,
        l.billed_currency, l.issued_on, cast(date_trunc('month', l.issued_on) as date) as billed_month,
        coalesce(c.subscription_id, c.contract_id) as agreement_id, c.currency <> l.billed_currency as is_foreign,
        l.net_amount
    from intermediate.reconciled_line as l
    join intermediate.reconciled_call as c on l.expected_invoice_id = c.expected_invoice_id
),

uncalled as (
    select l.*, cast(date_trunc('month', l.issued_on) as date) as month
    from intermediate.billed_line as l
    cross join meta.run as r
    where cast(l.issued_on as timestamp) < r.as_of and l.company_id is not null
        and l.invoice_line_id not in (select a.invoice_line_id from intermediate.reconciled_line as a)
)

select
    company_id, currency, month, issue_on as happened_on,
    case when is_waited_for or is_to_come then 'timing' else 'not_billed' end as reason, expected_invoice_id,
    cast(null as varchar) as invoice_id, amount
from unbilled
union all
select
    c.company_id, c.currency, c.month, c.issue_on, d.reason, d.expected_invoice_id,
    (select min(l.invoice_id) from intermediate.reconciled_line as l where d.expected_invoice_id = l.expected_invoice_id),
    d.amount
from intermediate.reconciled_difference as d
join intermediate.reconciled_call as c on d.expected_invoice_id = c.expected_invoice_id
union all
-- What is billed in another month than agreed is missing in the one and too much in the other.
select company_id, currency, month, issue_on, 'timing', expected_invoice_id, invoice_id, sum(net_amount)
from answered
where is_called and not is_foreign and month <> billed_month
group by all
union all
select company_id, currency, billed_month, issued_on, 'timing', expected_invoice_id, invoice_id, -sum(net_amount)
from answered
where not is_foreign and (not is_called or month <> billed_month)
group by all
union all
select distinct company_id, currency, month, issue_on, 'fx', expected_invoice_id, invoice_id, amount
from answered
where is_called and is_foreign
union all
select company_id, billed_currency, billed_month, issued_on, 'fx', expected_invoice_id, invoice_id, -sum(net_amount)
from answered
where is_foreign
group by all
union all
select
    company_id, currency, month, issued_on, case kind when 'recurring' then 'billed_without_contract' else kind end, null,
    invoice_id, -sum(net_amount)
from uncalled
group by all

with home as (
    select arg_max(coalesce(try_cast(home_currency as json) ->> '$.value', home_currency), _loaded_at) as currency
    from raw_quickbooks.preferences__latest
),
receipt as (
    select _row_id, _loaded_at, 'Payment' as kind, id, txn_date, customer_ref, total_amt, currency_ref, payment_method_ref,
        private_note, create_time, last_updated_time, line
    from raw_quickbooks.payments__latest
    union all
    select _row_id, _loaded_at, 'SalesReceipt', id, txn_date, customer_ref, total_amt, currency_ref, payment_method_ref, private_note,
        create_time, last_updated_time, null
    from raw_quickbooks.sales_receipts__latest
    union all
    select _row_id, _loaded_at, 'RefundReceipt', id, txn_date, customer_ref, '-' || total_amt, currency_ref, payment_method_ref,
        private_note, create_time, last_updated_time, null
    from raw_quickbooks.refund_receipts__latest
),
applied as (
    select r.kind, r.id, u.link ->> '$.TxnType' as txn_type, u.link ->> '$.TxnId' as txn_id,
        sum(try_cast(t.one ->> '$.Amount' as decimal(24, 6))) as amount
    from receipt as r, unnest(try_cast(try_cast(r.line as json) as json[])) as t (one),
        unnest(try_cast(t.one -> '$.LinkedTxn' as json[])) as u (link)
    where (u.link ->> '$.TxnType') in ('Invoice', 'CreditMemo')
    group by r.kind, r.id, u.link ->> '$.TxnType', u.link ->> '$.TxnId'
),
part as (
    -- bill by bill; a credit memo that was used up in a payment brought no money; and what no bill has taken
    select kind, id, concat_ws(':', id, txn_id) as part_id, txn_id as invoice_id, amount, null as reason
    from applied
    where txn_type = 'Invoice'
    union all
    select a.kind, a.id, concat_ws(':', a.id, 'credit', a.txn_id), null, -a.amount, concat('credit memo ', m.doc_number, ' applied')
    from applied as a
    left join raw_quickbooks.credit_memos__latest as m on a.txn_id = m.id
    where a.txn_type = 'CreditMemo'
    union all
    select r.kind, r.id, case when r.kind = 'Payment' then concat_ws(':', r.id, case when a.id is not null then 'unapplied' end)
        else concat_ws(':', r.kind, r.id) end, null, try_cast(r.total_amt as decimal(24, 6)) - coalesce(a.amount, 0), null
    from receipt as r
    left join (select kind, id, sum(case when txn_type = 'Invoice' then amount else -amount end) as amount from applied group by kind, id)
        as a on r.kind = a.kind and r.id = a.id
    where a.id is null or try_cast(r.total_amt as decimal(24, 6)) <> a.amount
),
listed as (
    select
        l.*, trim(l.transaction_type) as kind, max(case when try_cast(split_part(l.txn_date, '/', 1) as integer) > 12 then 1 else 0 end)
            over (partition by split_part(l._row_id, ':', 1)) as is_day_first, replace(replace(l.amount, ',', ''), '$', '') as paid,
        row_number() over (partition by trim(l.transaction_type), l.txn_date, trim(l.num), lower(trim(l.name)), l.amount order by l._row_id)
            as nth
    from raw_quickbooks.transaction_list__latest as l
    where lower(trim(l.transaction_type)) in ('payment', 'sales receipt', 'refund', 'refund receipt') and coalesce(l.posting, 'Yes') <> 'No'
),
named as (
    select lower(coalesce(fully_qualified_name, display_name)) as name, min(id) as id
    from raw_quickbooks.customers__latest
    group by lower(coalesce(fully_qualified_name, display_name))
),
reported as (
    select
        l.*, coalesce(n.id, trim(l.name)) as customer, case when l.txn_date not like '%/%' then l.txn_date
            when l.is_day_first = 1 then concat_ws('-', split_part(l.txn_date, '/', 3), lpad(split_part(l.txn_date, '/', 2), 2, '0'),
                lpad(split_part(l.txn_date, '/', 1), 2, '0'))
            else concat_ws('-', split_part(l.txn_date, '/', 3), lpad(split_part(l.txn_date, '/', 1), 2, '0'),
                lpad(split_part(l.txn_date, '/', 2), 2, '0')) end as paid_on,
        case when lower(l.kind) like 'refund%' and l.paid not like '-%' then '-' || l.paid else l.paid end as signed
    from listed as l
    left join named as n on lower(trim(l.name)) = n.name
)
select
    r._row_id, r._loaded_at, p.part_id as source_record_id, coalesce(c.id, try_cast(r.customer_ref as json) ->> '$.value') as company_id,
    p.invoice_id, r.txn_date as paid_at, cast(p.amount as varchar) as amount,
    upper(coalesce(try_cast(r.currency_ref as json) ->> '$.value', h.currency)) as currency,
    coalesce(try_cast(r.payment_method_ref as json) ->> '$.name', m.name) as method,
    case when regexp_matches(coalesce(r.private_note, ''), '(?i)^\s*voided') then 'canceled' else 'succeeded' end as status,
    coalesce(p.reason, case when r.kind = 'RefundReceipt' then r.private_note end) as reason, r.create_time as created_at,
    r.last_updated_time as updated_at, d.last_updated_time as source_deleted_at
from part as p
join receipt as r on p.kind = r.kind and p.id = r.id
cross join home as h
left join raw_quickbooks.payment_methods__latest as m on (try_cast(r.payment_method_ref as json) ->> '$.value') = m.id
left join raw_quickbooks.customers__latest as s on (try_cast(r.customer_ref as json) ->> '$.value') = s.id
left join raw_quickbooks.customers__latest as c on lower(s.is_project) = 'true' and (try_cast(s.parent_ref as json) ->> '$.value') = c.id
left join raw_quickbooks.deletions__latest as d on r.kind = d.entity and r.id = d.id
union all
-- what the API gave of the same customer, day and amount is the same money
select
    l._row_id, l._loaded_at, concat_ws(':', 'list', l.kind, l.paid_on, trim(l.num), l.customer, l.signed, l.nth), l.customer, null, l.paid_on,
    l.signed, upper(coalesce(l.currency, h.currency)), l.payment_method, 'succeeded', l.memo, null, null, null
from reported as l
cross join home as h
left join receipt as r on l.customer = (try_cast(r.customer_ref as json) ->> '$.value') and l.paid_on = r.txn_date
    and try_cast(l.signed as decimal(24, 6)) = try_cast(r.total_amt as decimal(24, 6))
where r.id is null

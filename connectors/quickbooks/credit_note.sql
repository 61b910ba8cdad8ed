with home as (
    select arg_max(coalesce(try_cast(home_currency as json) ->> '$.value', home_currency), _loaded_at) as currency
    from raw_quickbooks.preferences__latest
),
used as (
    -- a credit memo meets its bill in a payment that names both
    select p.id, max(case when (u.link ->> '$.TxnType') = 'CreditMemo' then u.link ->> '$.TxnId' end) as memo_id,
        max(case when (u.link ->> '$.TxnType') = 'Invoice' then u.link ->> '$.TxnId' end) as invoice_id,
        count(*) filter (where (u.link ->> '$.TxnType') = 'CreditMemo') as memos,
        count(*) filter (where (u.link ->> '$.TxnType') = 'Invoice') as bills
    from raw_quickbooks.payments__latest as p, unnest(try_cast(try_cast(p.line as json) as json[])) as t (one),
        unnest(try_cast(t.one -> '$.LinkedTxn' as json[])) as u (link)
    group by p.id
),
billed as (
    select memo_id, min(invoice_id) as invoice_id
    from used
    where memos = 1 and bills = 1
    group by memo_id
    having count(distinct invoice_id) = 1
),
listed as (
    select
        l.*, max(case when try_cast(split_part(l.txn_date, '/', 1) as integer) > 12 then 1 else 0 end)
            over (partition by split_part(l._row_id, ':', 1)) as is_day_first, replace(replace(replace(l.amount, ',', ''), '$', ''), '-', '') as given
    from raw_quickbooks.transaction_list__latest as l
    where lower(trim(l.transaction_type)) = 'credit memo'
        and trim(l.num) not in (select trim(doc_number) from raw_quickbooks.credit_memos__latest where doc_number is not null)
    qualify row_number() over (partition by trim(l.num), lower(trim(l.name)) order by l._loaded_at desc, l._row_id desc) = 1
),
named as (
    select lower(coalesce(fully_qualified_name, display_name)) as name, min(id) as id
    from raw_quickbooks.customers__latest
    group by lower(coalesce(fully_qualified_name, display_name))
)
select
    m._row_id,
    m._loaded_at,
    m.custom,
    m.id as source_record_id,
    coalesce(c.id, try_cast(m.customer_ref as json) ->> '$.value') as company_id,
    b.invoice_id,
    m.doc_number as number,
    m.txn_date as issued_on,
    m.total_amt as amount,
    upper(coalesce(try_cast(m.currency_ref as json) ->> '$.value', h.currency)) as currency,
    case when regexp_matches(coalesce(m.private_note, ''), '(?i)^\s*voided') then 'void' else 'issued' end as status,
    coalesce(try_cast(m.customer_memo as json) ->> '$.value', m.private_note) as reason,
    m.create_time as created_at,
    m.last_updated_time as updated_at,
    d.last_updated_time as source_deleted_at
from raw_quickbooks.credit_memos__latest as m
cross join home as h
left join billed as b on m.id = b.memo_id
left join raw_quickbooks.customers__latest as s on (try_cast(m.customer_ref as json) ->> '$.value') = s.id
left join raw_quickbooks.customers__latest as c on lower(s.is_project) = 'true' and (try_cast(s.parent_ref as json) ->> '$.value') = c.id
left join raw_quickbooks.deletions__latest as d on d.entity = 'CreditMemo' and m.id = d.id
union all
select
    l._row_id, l._loaded_at, l.custom, concat('list:', trim(l.num), ':', trim(l.name)), coalesce(n.id, trim(l.name)), null, trim(l.num),
    case when l.txn_date not like '%/%' then l.txn_date when l.is_day_first = 1 then concat_ws('-', split_part(l.txn_date, '/', 3),
        lpad(split_part(l.txn_date, '/', 2), 2, '0'), lpad(split_part(l.txn_date, '/', 1), 2, '0')) else concat_ws('-', split_part(l.txn_date, '/', 3),
        lpad(split_part(l.txn_date, '/', 1), 2, '0'), lpad(split_part(l.txn_date, '/', 2), 2, '0')) end,
    l.given, upper(coalesce(l.currency, h.currency)), 'issued', l.memo, null, null, null
from listed as l
cross join home as h
left join named as n on lower(trim(l.name)) = n.name

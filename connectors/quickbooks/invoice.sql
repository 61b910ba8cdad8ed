with home as (
    select arg_max(coalesce(try_cast(home_currency as json) ->> '$.value', home_currency), _loaded_at) as currency
    from raw_quickbooks.preferences__latest
),
line as (
    select
        i.id, sum(case when (t.one ->> '$.DetailType') in ('SalesItemLineDetail', 'GroupLineDetail')
            then try_cast(t.one ->> '$.Amount' as decimal(24, 6)) end) as sold,
        sum(case when (t.one ->> '$.DetailType') = 'DiscountLineDetail' then try_cast(t.one ->> '$.Amount' as decimal(24, 6)) end) as off
    from raw_quickbooks.invoices__latest as i, unnest(try_cast(try_cast(i.line as json) as json[])) as t (one)
    group by i.id
),
settled as (
    select u.link ->> '$.TxnId' as invoice_id, max(p.txn_date) as paid_on
    from raw_quickbooks.payments__latest as p, unnest(try_cast(try_cast(p.line as json) as json[])) as t (one),
        unnest(try_cast(t.one -> '$.LinkedTxn' as json[])) as u (link)
    where (u.link ->> '$.TxnType') = 'Invoice'
        and p.id not in (select id from raw_quickbooks.deletions__latest where entity = 'Payment')
    group by u.link ->> '$.TxnId'
),
listed as (
    -- which of day and month comes first in a report's dates shows in the report: US companies write the month first
    select
        l.*, max(case when try_cast(split_part(l.txn_date, '/', 1) as integer) > 12
            or try_cast(split_part(l.due_date, '/', 1) as integer) > 12 then 1 else 0 end) over (partition by split_part(l._row_id, ':', 1))
            as is_day_first, replace(replace(l.amount, ',', ''), '$', '') as asked, replace(replace(l.open_balance, ',', ''), '$', '') as open
    from raw_quickbooks.invoice_list__latest as l
    where lower(trim(l.transaction_type)) = 'invoice'
        and concat(trim(l.num), '|', lower(trim(l.name))) not in (select concat(trim(i.doc_number), '|', lower(coalesce(
            try_cast(i.customer_ref as json) ->> '$.name', ''))) from raw_quickbooks.invoices__latest as i)
    qualify row_number() over (partition by trim(l.num), lower(trim(l.name)) order by l._loaded_at desc, l._row_id desc) = 1
),
named as (
    select lower(coalesce(fully_qualified_name, display_name)) as name, min(id) as id
    from raw_quickbooks.customers__latest
    group by lower(coalesce(fully_qualified_name, display_name))
),
invoice as (
    select
        i.*, coalesce(c.id, try_cast(i.customer_ref as json) ->> '$.value') as customer_id, i.total_amt as asked,
        try_cast(i.total_amt as decimal(24, 6)) as total_value, try_cast(i.balance as decimal(24, 6)) as open_value,
        -- a voided bill keeps its number and loses its amounts
        regexp_matches(coalesce(i.private_note, ''), '(?i)^\s*voided') as is_void,
        lower(regexp_extract(concat_ws(' ', i.private_note, i.custom_field), '(?i)\b(chargebee|stripe)\b', 1)) as issued_by
    from raw_quickbooks.invoices__latest as i
    left join raw_quickbooks.customers__latest as p on (try_cast(i.customer_ref as json) ->> '$.value') = p.id
    -- a project stands in for the customer it is for
    left join raw_quickbooks.customers__latest as c on lower(p.is_project) = 'true' and (try_cast(p.parent_ref as json) ->> '$.value') = c.id
)
select
    i._row_id,
    i._loaded_at,
    i.custom,
    i.id as source_record_id,
    case when i.issued_by <> '' then i.issued_by || ':' || i.doc_number end as external_id,
    i.customer_id as company_id,
    i.doc_number as number,
    case when i.is_void and i.total_value = 0 then 'void' when i.open_value = 0 then 'paid'
        when i.open_value < i.total_value then 'partly_paid' else 'open' end as status,
    i.txn_date as issued_on,
    i.due_date as due_on,
    case when i.open_value = 0 and not i.is_void then s.paid_on end as paid_at,
    upper(coalesce(try_cast(i.currency_ref as json) ->> '$.value', h.currency)) as currency,
    cast(l.sold as varchar) as subtotal,
    cast(coalesce(l.off, 0) as varchar) as discount_amount,
    coalesce(try_cast(i.txn_tax_detail as json) ->> '$.TotalTax', '0') as tax_amount,
    i.asked as total,
    cast(i.total_value - i.open_value as varchar) as amount_paid,
    i.balance as amount_due,
    coalesce(try_cast(i.sales_term_ref as json) ->> '$.name', t.name) as payment_terms,
    'false' as is_generated,
    i.create_time as created_at,
    i.last_updated_time as updated_at,
    d.last_updated_time as source_deleted_at
from invoice as i
cross join home as h
left join line as l on i.id = l.id
left join settled as s on i.id = s.invoice_id
left join raw_quickbooks.terms__latest as t on (try_cast(i.sales_term_ref as json) ->> '$.value') = t.id
left join raw_quickbooks.deletions__latest as d on d.entity = 'Invoice' and i.id = d.id
union all
select
    l._row_id, l._loaded_at, l.custom, concat('list:', trim(l.num), ':', trim(l.name)), null, coalesce(n.id, trim(l.name)), trim(l.num),
    case when try_cast(l.open as decimal(24, 6)) = 0 then 'paid' when try_cast(l.open as decimal(24, 6)) < try_cast(l.asked as decimal(24, 6))
        then 'partly_paid' else 'open' end,
    case when l.txn_date not like '%/%' then l.txn_date when l.is_day_first = 1 then concat_ws('-', split_part(l.txn_date, '/', 3),
        lpad(split_part(l.txn_date, '/', 2), 2, '0'), lpad(split_part(l.txn_date, '/', 1), 2, '0')) else concat_ws('-', split_part(l.txn_date, '/', 3),
        lpad(split_part(l.txn_date, '/', 1), 2, '0'), lpad(split_part(l.txn_date, '/', 2), 2, '0')) end,
    case when l.due_date not like '%/%' then l.due_date when l.is_day_first = 1 then concat_ws('-', split_part(l.due_date, '/', 3),
        lpad(split_part(l.due_date, '/', 2), 2, '0'), lpad(split_part(l.due_date, '/', 1), 2, '0')) else concat_ws('-', split_part(l.due_date, '/', 3),
        lpad(split_part(l.due_date, '/', 1), 2, '0'), lpad(split_part(l.due_date, '/', 2), 2, '0')) end,
    null, upper(coalesce(l.currency, h.currency)), null, null, null, l.asked,
    cast(try_cast(l.asked as decimal(24, 6)) - try_cast(l.open as decimal(24, 6)) as varchar), l.open, l.terms, 'false', null, null, null
from listed as l
cross join home as h
left join named as n on lower(trim(l.name)) = n.name

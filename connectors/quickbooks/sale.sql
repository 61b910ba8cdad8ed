-- A sale is a line of a bill that nobody's subscription made, or of a sales receipt: neither one that a recurring template
-- wrote nor one that a subscription system copied here, which is known by that system's name in its memo or a custom field.
with home as (
    select arg_max(coalesce(try_cast(home_currency as json) ->> '$.value', home_currency), _loaded_at) as currency
    from raw_quickbooks.preferences__latest
),
bill as (
    select _row_id, _loaded_at, 'Invoice' as kind, id, txn_date, customer_ref, line, currency_ref, private_note, custom_field, recur_data_ref
    from raw_quickbooks.invoices__latest
    union all
    select _row_id, _loaded_at, 'SalesReceipt', id, txn_date, customer_ref, line, currency_ref, private_note, custom_field, recur_data_ref
    from raw_quickbooks.sales_receipts__latest
),
own as (
    select b.*, coalesce(c.id, try_cast(b.customer_ref as json) ->> '$.value') as customer_id
    from bill as b
    left join raw_quickbooks.customers__latest as p on (try_cast(b.customer_ref as json) ->> '$.value') = p.id
    left join raw_quickbooks.customers__latest as c on lower(p.is_project) = 'true' and (try_cast(p.parent_ref as json) ->> '$.value') = c.id
    left join raw_quickbooks.deletions__latest as d on b.kind = d.entity and b.id = d.id
    where d.id is null and b.recur_data_ref is null and not regexp_matches(concat_ws(' ', b.private_note, b.custom_field),
        '(?i)^\s*voided|\b(chargebee|stripe|recurly|maxio|chargify|zuora|paddle)\b')
),
listed as (
    select o.*, t.one, coalesce(t.one ->> '$.Id', t.one ->> '$.LineNum') as line_id
    from own as o, unnest(try_cast(try_cast(o.line as json) as json[])) as t (one)
    where (t.one ->> '$.DetailType') = 'SalesItemLineDetail'
    union all
    select o.*, u.part, concat_ws('.', t.one ->> '$.Id', coalesce(u.part ->> '$.Id', u.part ->> '$.LineNum'))
    from own as o, unnest(try_cast(try_cast(o.line as json) as json[])) as t (one),
        unnest(try_cast(t.one -> '$.GroupLineDetail.Line' as json[])) as u (part)
),
discount as (
    select o.kind, o.id, sum(try_cast(t.one ->> '$.Amount' as decimal(24, 6))) as off
    from own as o, unnest(try_cast(try_cast(o.line as json) as json[])) as t (one)
    where (t.one ->> '$.DetailType') = 'DiscountLineDetail'
    group by o.kind, o.id
),
valued as (
    select
        l.*, try_cast(l.one ->> '$.Amount' as decimal(24, 6)) as amount, coalesce(d.off, 0) as off,
        sum(try_cast(l.one ->> '$.Amount' as decimal(24, 6))) over (partition by l.kind, l.id) as whole, sum(try_cast(l.one ->> '$.Amount'
            as decimal(24, 6))) over (partition by l.kind, l.id order by l.line_id rows unbounded preceding) as so_far
    from listed as l
    left join discount as d on l.kind = d.kind and l.id = d.id
),
shared as (
    select *, cast(round(off * so_far / nullif(whole, 0), 2) as decimal(24, 2)) as off_so_far, one ->> '$.SalesItemLineDetail.ItemRef.value' as item
    from valued
)
select
    s._row_id,
    s._loaded_at,
    concat_ws(':', s.kind, s.id, s.line_id) as source_record_id,
    s.customer_id as company_id,
    case when s.item <> 'SHIPPING_ITEM_ID' then s.item end as product_id,
    s.txn_date as sold_on,
    cast(s.amount - coalesce(s.off_so_far - coalesce(lag(s.off_so_far) over (partition by s.kind, s.id order by s.line_id), 0), 0)
        as varchar) as amount,
    upper(coalesce(try_cast(s.currency_ref as json) ->> '$.value', h.currency)) as currency,
    coalesce(s.one ->> '$.Description', s.one ->> '$.SalesItemLineDetail.ItemRef.name') as description
from shared as s
cross join home as h
where s.amount is not null

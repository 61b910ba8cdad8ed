with home as (
    select arg_max(coalesce(try_cast(home_currency as json) ->> '$.value', home_currency), _loaded_at) as currency
    from raw_quickbooks.preferences__latest
),
listed as (
    select i._row_id, i._loaded_at, i.id, t.one as line, coalesce(t.one ->> '$.Id', t.one ->> '$.LineNum') as line_id, i.currency_ref, i.recur_data_ref, i.private_note,
        i.custom_field
    from raw_quickbooks.invoices__latest as i, unnest(try_cast(try_cast(i.line as json) as json[])) as t (one)
    where (t.one ->> '$.DetailType') = 'SalesItemLineDetail'
    union all
    -- a bundle is told by what is in it
    select i._row_id, i._loaded_at, i.id, u.part, concat_ws('.', t.one ->> '$.Id', coalesce(u.part ->> '$.Id', u.part ->> '$.LineNum')), i.currency_ref,
        i.recur_data_ref, i.private_note, i.custom_field
    from raw_quickbooks.invoices__latest as i, unnest(try_cast(try_cast(i.line as json) as json[])) as t (one),
        unnest(try_cast(t.one -> '$.GroupLineDetail.Line' as json[])) as u (part)
),
discount as (
    select i.id, sum(try_cast(t.one ->> '$.Amount' as decimal(24, 6))) as off
    from raw_quickbooks.invoices__latest as i, unnest(try_cast(try_cast(i.line as json) as json[])) as t (one)
    where (t.one ->> '$.DetailType') = 'DiscountLineDetail'
    group by i.id
),
valued as (
    select
        l.*, try_cast(l.line ->> '$.Amount' as decimal(24, 6)) as amount, coalesce(d.off, 0) as off,
        sum(try_cast(l.line ->> '$.Amount' as decimal(24, 6))) over (partition by l.id) as whole,
        sum(try_cast(l.line ->> '$.Amount' as decimal(24, 6))) over (partition by l.id order by l.line_id rows unbounded preceding) as so_far,
        l.line ->> '$.SalesItemLineDetail.ItemRef.value' as item,
        (l.recur_data_ref is not null or regexp_matches(concat_ws(' ', l.private_note, l.custom_field),
            '(?i)\b(chargebee|stripe|recurly|maxio|chargify|zuora|paddle)\b')) as is_subscribed
    from listed as l
    left join discount as d on l.id = d.id
),
shared as (
    -- a discount on the bill is divided among its lines by amount; rounding the running sums leaves no cent over
    select *, cast(round(off * so_far / nullif(whole, 0), 2) as decimal(24, 2)) as off_so_far
    from valued
)
select
    s._row_id,
    s._loaded_at,
    s.id || ':' || s.line_id as source_record_id,
    s.id as invoice_id,
    case when s.item <> 'SHIPPING_ITEM_ID' then s.item end as product_id,
    s.line ->> '$.Description' as description,
    s.line ->> '$.SalesItemLineDetail.Qty' as quantity,
    s.line ->> '$.SalesItemLineDetail.UnitPrice' as unit_amount,
    s.line ->> '$.Amount' as amount,
    cast(s.off_so_far - coalesce(lag(s.off_so_far) over (partition by s.id order by s.line_id), 0) as varchar) as discount_amount,
    upper(coalesce(try_cast(s.currency_ref as json) ->> '$.value', h.currency)) as currency,
    s.line ->> '$.SalesItemLineDetail.ServiceDate' as period_start,
    'false' as is_proration,
    case when not s.is_subscribed then 'one_time' when s.recur_data_ref is not null then 'recurring' end as revenue_type
from shared as s
cross join home as h
where s.amount is not null

with catalogue as (
    select lower(trim(p.name)) as name, min(p.id) as id from raw_planhat.products__latest as p group by all
),
listed as (
    select
        i._row_id, i._loaded_at, i.id as invoice_id, i.updated_at, i.currency, t.line,
        coalesce(t.line ->> '$._id', t.line ->> '$.licenseId') as license_id, t.line ->> '$.product' as product,
        coalesce(t.line ->> '$.value', t.line ->> '$.amount', t.line ->> '$.total') as amount
    from raw_planhat.invoices__latest as i, unnest(try_cast(i.line_items as json[])) as t (line)
),
numbered as (
    -- lines have no ids of their own: that of the license, and a number where a license stands twice
    select
        l.*,
        coalesce(l.license_id, l.product, 'line') as mark,
        row_number() over (
            partition by l.invoice_id, coalesce(l.license_id, l.product, 'line') order by cast(l.line as varchar)
        ) as turn,
        timezone('UTC', try_cast(l.line ->> '$.toDate' as timestamptz)) as last_instant
    from listed as l
)
select
    m._row_id,
    m._loaded_at,
    m.invoice_id || ':' || m.mark || case when m.turn > 1 then ':' || m.turn else '' end as source_record_id,
    m.invoice_id,
    m.license_id as subscription_id,
    coalesce(c.id, m.product) as product_id,
    m.product as description,
    coalesce(cast(round(try_cast(m.amount as decimal(34, 16)), 4) as varchar), m.amount) as amount,
    upper(
        coalesce(m.line ->> '$._currency._id', m.line ->> '$._currency', m.line ->> '$.currency',
            try_cast(m.currency as json) ->> '$._id', m.currency)
    ) as currency,
    m.line ->> '$.fromDate' as period_start,
    coalesce(
        cast(case when m.line ->> '$.toDateIncluded' = 'true' then m.last_instant + interval 1 day else m.last_instant end
            as varchar),
        m.line ->> '$.toDate'
    ) as period_end,
    case when m.license_id is not null then 'recurring' end as revenue_type,
    m.updated_at
from numbered as m
left join catalogue as c on lower(trim(m.product)) = c.name

with named as (
    select lower(trim(c.name)) as name, min(c.id) as id
    from raw_planhat.companies__latest as c
    group by all
    having count(*) = 1
),
dated as (
    -- the API counts the days since 1970, CSV exports write dates
    select
        i.*, coalesce(cast(date '1970-01-01' + try_cast(i.invoice_date as integer) as varchar), i.invoice_date) as issued_on,
        coalesce(cast(date '1970-01-01' + try_cast(i.due_date as integer) as varchar), i.due_date) as due_on,
        coalesce(cast(date '1970-01-01' + try_cast(i.paid_date as integer) as varchar), i.paid_date) as paid_on,
        try_cast(i.line_items as json) as lines, lower(trim(i.status)) as word,
        coalesce(cast(round(try_cast(i.amount_total as decimal(34, 16)), 4) as varchar), i.amount_total) as total,
        coalesce(cast(round(try_cast(i.amount_paid as decimal(34, 16)), 4) as varchar), i.amount_paid) as paid
    from raw_planhat.invoices__latest as i
)
select
    d._row_id,
    d._loaded_at,
    nullif(json_merge_patch(coalesce(d.custom, '{}'), coalesce(try_cast(d.custom_fields as json), '{}')), '{}') as custom,
    d.id as source_record_id,
    coalesce(d.company_id, n.id) as company_id,
    case when json_array_length(d.lines) = 1 then coalesce(d.lines ->> '$[0]._id', d.lines ->> '$[0].licenseId') end
        as subscription_id,
    d.invoice_no as number,
    case d.word
        when 'pending' then 'open' when 'sent' then 'open' when 'partly paid' then 'partly_paid' when 'canceled' then 'void'
        else coalesce(d.word, 'open')
    end as status,
    d.issued_on,
    d.due_on,
    case when d.word = 'paid' then d.paid_on end as paid_at,
    upper(coalesce(try_cast(d.currency as json) ->> '$._id', d.currency)) as currency,
    d.total,
    coalesce(d.paid, case when d.word = 'paid' then d.total when d.word in ('pending', 'overdue') then '0' end) as amount_paid,
    case
        when d.word = 'paid' then '0'
        when d.paid is null then d.total
        else coalesce(cast(try_cast(d.total as decimal(18, 4)) - try_cast(d.paid as decimal(18, 4)) as varchar), d.total)
    end as amount_due,
    -- Planhat makes one whenever a license is made or renewed; only one that came from elsewhere was really sent
    d.source_id is null and d.external_id is null as is_generated,
    coalesce(d.created_at, d.create_date) as created_at,
    d.updated_at
from dated as d
left join named as n on lower(trim(d.company_name)) = n.name

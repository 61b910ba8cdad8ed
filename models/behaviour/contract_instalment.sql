-- Contracts of a known value and length that have a billing interval but no payment schedule, of companies without any
-- subscription of their own: the value in equal parts, the last of which takes what rounding leaves.
with spread as (
    select
        c.*,
        case c.billing_interval when 'year' then 12 when 'month' then 1 else 0 end * coalesce(c.interval_count, 1) as months,
        coalesce(
            c.length_months, (year(c.ends_on) - year(c.starts_on)) * 12 + month(c.ends_on) - month(c.starts_on)
        ) as term_months
    from objects.contract as c
    cross join policy.behaviour as b
    where b.expected_invoices
        and c.derived_by is null and c.source_deleted_at is null and c.signed_on is not null
        and c.contract_value > 0 and c.currency is not null and c.company_id is not null and c.starts_on is not null
        and c.billing_interval in ('month', 'year')
        and c.contract_id not in (
            select s.contract_id from objects.contract_payment_schedule as s where s.source_deleted_at is null
        )
        and c.company_id not in (
            select s.company_id
            from objects.subscription as s
            left join behaviour.signed_contract as g on s.contract_id = g.contract_id
            where s.company_id is not null and g.contract_id is null
        )
),

counted as (
    select s.*, cast(greatest(ceil(s.term_months / s.months), 1) as bigint) as part_count
    from spread as s
    where s.term_months > 0
),

-- The value in the currency's smallest units, of which each part takes a whole number, half up.
minor as (
    select
        n.*, coalesce(u.scale, 100) as scale, coalesce(u.unit, cast(0.01 as decimal(5, 4))) as unit,
        cast(n.contract_value as decimal(33, 4)) * coalesce(u.scale, 100) as minor_value
    from counted as n
    left join behaviour.minor_unit as u on n.currency = u.currency
),

-- A quotient is a double, so what it leaves over is looked at in exact numbers.
guessed as (
    select *, cast(floor(minor_value / part_count) as decimal(33, 0)) as guess
    from minor
),

parted as (
    select
        *,
        (guess + cast(floor((2 * (minor_value - guess * part_count) + part_count) / (2 * part_count))
            as decimal(5, 0))) * unit
            as part
    from guessed
),

numbered as (
    select
        n.*, g.part_no, n.part_count - 1 as last_no,
        cast(n.starts_on + interval '1' month * cast(n.months * g.part_no as integer) as date) as issue_on
    from parted as n
    join (select unnest(generate_series(0, 1199)) as part_no) as g on n.part_count > g.part_no
)

select
    'contract:' || contract_id || ':' || part_no as expected_invoice_id, company_id, contract_id, issue_on,
    cast(issue_on as timestamp) as period_start,
    cast(starts_on + interval '1' month * cast(months * (part_no + 1) as integer) as timestamp) as period_end,
    currency,
    cast(case when part_no = last_no then contract_value - part * last_no else part end as decimal(18, 4)) as amount,
    source_system, source_record_id, loaded_at
from numbered
where cancel_on is null or issue_on < cancel_on

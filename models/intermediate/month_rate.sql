-- What one unit of a currency was worth in the reporting currency at a month's snapshot: the last quote before it.
-- `rate` is null where nothing was quoted yet; a currency is worth exactly 1 of itself.
with quote as (
    select currency, quoted_on, units_per_euro
    from objects.exchange_rate
    where currency <> 'EUR' and units_per_euro > 0
    qualify row_number() over (partition by currency, quoted_on order by loaded_at desc, exchange_rate_id asc) = 1
),

spell as (
    select
        currency, quoted_on, units_per_euro,
        lead(quoted_on) over (partition by currency order by quoted_on) as next_quoted_on
    from quote
    union all
    select 'EUR', cast('0001-01-01' as date), cast(1 as decimal(38, 12)), cast(null as date)
),

valued_month as (
    select m.month_no, m.month, coalesce(p.fixed_rate_on, m.snapshot_on) as valued_on, p.reporting_currency
    from intermediate.month as m
    cross join policy.revenue as p
),

currency as (
    select currency from objects.subscription_version
    union
    select currency from objects.exchange_rate
    union
    select reporting_currency from policy.revenue
    union
    select 'EUR'
),

units as (
    select m.month_no, s.currency, s.quoted_on, s.units_per_euro
    from valued_month as m
    join spell as s on m.valued_on > s.quoted_on and (s.next_quoted_on is null or m.valued_on <= s.next_quoted_on)
)

select
    m.month_no, m.month, c.currency,
    case
        when c.currency = m.reporting_currency then cast(1 as decimal(38, 12))
        else cast(round(reporting.units_per_euro / own.units_per_euro, 12) as decimal(38, 12))
    end as rate,
    case
        when c.currency = m.reporting_currency then null
        when own.currency = 'EUR' then reporting.quoted_on
        when reporting.currency = 'EUR' then own.quoted_on
        else least(own.quoted_on, reporting.quoted_on)
    end as quoted_on,
    m.valued_on
from valued_month as m
cross join currency as c
left join units as own on m.month_no = own.month_no and c.currency = own.currency
left join units as reporting on m.month_no = reporting.month_no and m.reporting_currency = reporting.currency

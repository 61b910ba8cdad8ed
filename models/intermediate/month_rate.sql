-- What one unit of a currency was worth in the reporting currency at a month's snapshot: the last quote before it.
-- `rate` is null where nothing was quoted yet; a currency is worth exactly 1 of itself.
-- From its day to the end of its month, a quote is not replaced by one of a less trusted source, whichever was loaded
-- later: a rate that people keep by hand stands over a bank's.
with trusted as (
    select
        q.exchange_rate_id, q.currency, q.quoted_on, q.units_per_euro, q.loaded_at,
        coalesce(r.trust, 1000000) as distrust
    from objects.exchange_rate as q
    left join policy.source_rank as r on q.source_system = r.source
    where q.currency <> 'EUR' and q.units_per_euro > 0 and q.source_deleted_at is null
),

standing as (
    select *
    from trusted
    qualify distrust = min(distrust) over (
        partition by currency, date_trunc('month', quoted_on)
        order by quoted_on range between unbounded preceding and current row
    )
),

quote as (
    select currency, quoted_on, units_per_euro
    from standing
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

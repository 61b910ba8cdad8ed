-- What one unit of a currency was worth in the reporting currency at the snapshot of a month or a day, or on the one day
-- that a set of rules names: the last quote before it.
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

valued as (
    select p.policy_id, p.grain, p.period_no, p.period, coalesce(s.fixed_rate_on, p.snapshot_on) as valued_on
    from intermediate.period as p
    join policy.revenue_set as s on p.policy_id = s.policy_id
),

currency as (
    select currency from objects.subscription_version
    union
    select currency from objects.exchange_rate
    union
    select currency from intermediate.billed_line_run
    union
    select reporting_currency from policy.revenue
    union
    select 'EUR'
),

day as (
    select distinct valued_on from valued
),

units as (
    select d.valued_on, s.currency, s.quoted_on, s.units_per_euro
    from day as d
    join spell as s on d.valued_on > s.quoted_on and (s.next_quoted_on is null or d.valued_on <= s.next_quoted_on)
),

worth as (
    select
        d.valued_on, c.currency,
        case
            when c.currency = p.reporting_currency then cast(1 as decimal(38, 12))
            else cast(round(reporting.units_per_euro / own.units_per_euro, 12) as decimal(38, 12))
        end as rate,
        case
            when c.currency = p.reporting_currency then null
            when own.currency = 'EUR' then reporting.quoted_on
            when reporting.currency = 'EUR' then own.quoted_on
            else least(own.quoted_on, reporting.quoted_on)
        end as quoted_on
    from day as d
    cross join currency as c
    cross join policy.revenue as p
    left join units as own on d.valued_on = own.valued_on and c.currency = own.currency
    left join units as reporting on d.valued_on = reporting.valued_on and p.reporting_currency = reporting.currency
)

select v.policy_id, v.grain, v.period_no, v.period, w.currency, w.rate, w.quoted_on, w.valued_on
from valued as v
join worth as w on v.valued_on = w.valued_on

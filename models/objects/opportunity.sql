-- Opportunities as sent; and one for each renewal that is due and that nobody has opened. A price
-- or a year's amount that is more than an amount of money has room for is left out.
with price as (
    select
        v.subscription_id,
        cast(round(v.quantity * v.unit_amount * i.numerator / (i.denominator * v.interval_count), 4)
            as decimal(38, 4)) as mrr
    from objects.subscription_version as v
    join policy.revenue_interval as i on v.billing_interval = i.billing_interval
    join behaviour.renewal_opportunity as r on v.subscription_id = r.ending_id
    where not v.is_metered and coalesce(v.valid_to >= cast(r.ends_on as timestamp), true)
        and abs(cast(v.quantity as double) * cast(v.unit_amount as double)) < 1e14
),

monthly as (
    select subscription_id, cast(sum(mrr) as decimal(18, 4)) as mrr
    from price
    group by subscription_id
    having abs(sum(mrr)) < 8e12
),

derived as (
    select
        r.ending_id || ':renewal' as opportunity_id, r.company_id,
        'Renewal' || coalesce(' of ' || r.name, '') || ' on ' || strftime(r.ends_on, '%Y-%m-%d') as title,
        'renewal' as opportunity_type, 'open' as status, 'renewal due' as stage,
        cast(r.opens_on as timestamp) as stage_entered_at, r.currency,
        m.mrr, m.mrr * 12 as amount, r.renewal_likelihood as probability, r.ends_on as expected_close_on,
        c.owner_id, cast(r.opens_on as timestamp) as created_at,
        r.source_system, r.source_record_id, r.loaded_at, 'renewal_opportunity_opens' as derived_by
    from behaviour.renewal_opportunity as r
    join objects.company as c on r.company_id = c.company_id
    left join monthly as m on r.ending_id = m.subscription_id
)

select * from sourced
union all by name
select * from derived

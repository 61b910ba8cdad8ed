-- One row per customer, sign and stretch of days over [from_on, to_on) in which the sign's value stands, or grows or
-- falls by one a day: on day D it is value_at_from + per_day × (D − from_on). A day counts as it stood at its end;
-- `to_on` is null where the stretch goes on. There is none for days on which nothing was known, or on which the
-- company was no customer.
with touched as (
    select distinct company_id, cast(happened_at as date) as from_on
    from intermediate.touch
    where company_id is not null
),

spell as (
    select
        company_id, 'last_touch' as factor, from_on, lead(from_on) over (partition by company_id order by from_on) as to_on,
        cast(0 as decimal(18, 6)) as value_at_from, 1 as per_day
    from touched
    union all
    select company_id, 'contract_time_left', from_on, to_on, value_at_from, per_day from intermediate.sign_contract
    union all
    select company_id, 'csm_score', from_on, to_on, value_at_from, per_day from intermediate.sign_csm
    union all
    select company_id, factor, from_on, to_on, value_at_from, per_day from intermediate.sign_late
    union all
    select company_id, factor, from_on, to_on, value_at_from, per_day from intermediate.sign_count
),

clipped as (
    select
        s.company_id, s.factor, greatest(s.from_on, c.from_on) as from_on, least(s.to_on, c.to_on) as to_on,
        s.from_on as began_on, s.value_at_from, s.per_day
    from spell as s
    join intermediate.customer_span as c
        on s.company_id = c.company_id
        and coalesce(s.from_on < c.to_on, true)
        and coalesce(s.to_on > c.from_on, true)
)

select
    c.company_id, c.factor, c.from_on, case when c.to_on <= r.as_of_on then c.to_on end as to_on,
    cast(c.value_at_from + c.per_day * date_diff('day', c.began_on, c.from_on) as decimal(18, 6)) as value_at_from, c.per_day
from clipped as c
cross join meta.run as r
where c.from_on <= r.as_of_on

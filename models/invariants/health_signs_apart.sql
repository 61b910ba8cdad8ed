-- Of a customer and sign there is one value on a day: its stretches end after they begin, and before the next begins.
with followed as (
    select
        *,
        lead(from_on) over (partition by company_id, factor order by from_on) as next_on
    from marts.health_sign
)

select *
from followed
where to_on <= from_on or next_on < coalesce(to_on, date '9999-12-31')

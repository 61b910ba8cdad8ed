-- How long the payment schedule of a contract stands for what is agreed: for the contract's term, and where that has no
-- known end, for one more step of the schedule after its last payment.
with paid as (
    select contract_id, min(issue_on) as first_on, max(issue_on) as last_on, count(*) as payment_count
    from behaviour.scheduled_call
    group by contract_id
),

timed as (
    select
        p.*, c.cancel_on, coalesce(c.starts_on, p.first_on) as covers_from,
        coalesce(c.ends_on, cast(c.starts_on + interval '1' month * nullif(c.length_months, 0) as date)) as term_ends_on,
        cast(
            case
                when p.payment_count > 1 then p.last_on + interval '1' day * cast(
                    round(date_diff('day', p.first_on, p.last_on) / (p.payment_count - 1)) as integer
                )
                when c.billing_interval in ('month', 'year') then p.last_on + interval '1' month * (
                    case c.billing_interval when 'year' then 12 else 1 end * coalesce(c.interval_count, 1)
                )
                else p.last_on + interval '1' day
            end as date
        ) as next_on
    from paid as p
    join objects.contract as c on p.contract_id = c.contract_id
)

select contract_id, covers_from, least(coalesce(term_ends_on, next_on), cancel_on) as covers_to
from timed

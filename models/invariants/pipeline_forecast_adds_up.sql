-- The pipeline's forecast holds every open opportunity once, with its whole amount.
with summed as (
    select currency, sum(opportunity_count) as opportunities, sum(amount) as amount
    from marts.pipeline_forecast
    group by currency
),

counted as (
    select currency, count(*) as opportunities, sum(amount) as amount
    from intermediate.opportunity_value
    where status = 'open'
    group by currency
)

select c.currency, s.opportunities, c.opportunities as all_opportunities, s.amount, c.amount as whole_amount
from counted as c
full join summed as s on c.currency = s.currency
where s.opportunities is distinct from c.opportunities or s.amount is distinct from c.amount

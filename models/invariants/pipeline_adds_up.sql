-- The months of the pipeline together hold every opportunity once, with its whole amount.
with summed as (
    select currency, sum(opportunity_count) as opportunities, sum(amount) as amount
    from marts.pipeline_month
    group by currency
),

counted as (
    select
        coalesce(o.currency, p.reporting_currency) as currency,
        count(*) as opportunities,
        coalesce(sum(o.amount), 0) as amount
    from objects.opportunity as o
    cross join policy.revenue as p
    cross join meta.run as r
    where o.source_deleted_at is null and coalesce(o.created_at <= r.as_of, true)
    group by coalesce(o.currency, p.reporting_currency)
)

select c.currency, s.opportunities, c.opportunities as all_opportunities, s.amount, c.amount as whole_amount
from counted as c
full join summed as s on c.currency = s.currency
where s.opportunities is distinct from c.opportunities or s.amount is distinct from c.amount

-- One row per company with open opportunities: how many, and what they are worth in the reporting currency.
select
    company_id,
    count(*) as open_count,
    coalesce(sum(amount_reporting), 0) as open_amount,
    coalesce(sum(weighted_amount_reporting), 0) as weighted_amount
from intermediate.opportunity_value
where status = 'open' and company_id is not null
group by company_id

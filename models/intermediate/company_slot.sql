-- The currency and the product in which a company pays, in each set of rules; null where it has paid in several.
with item as (
    select
        policy_id, company_id, min(coalesce(product_id, 'not stated')) as first_product,
        max(coalesce(product_id, 'not stated')) as last_product
    from intermediate.revenue_item_span
    group by policy_id, company_id
),

paid as (
    select policy_id, company_id, min(currency) as first_currency, max(currency) as last_currency
    from intermediate.company_currency_change
    where grain = 'month' and unit_id = ''
    group by policy_id, company_id
)

select
    p.policy_id, p.company_id, case when p.first_currency = p.last_currency then p.first_currency end as currency,
    case when i.first_product = i.last_product then i.first_product end as product
from paid as p
join item as i on p.policy_id = i.policy_id and p.company_id = i.company_id

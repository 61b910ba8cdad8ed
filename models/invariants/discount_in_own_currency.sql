-- A fixed discount is in a currency in which its subscription is priced; in another it takes nothing off.
-- severity: warn
with priced as (
    select distinct subscription_id, currency from objects.subscription_version
)

select d.subscription_discount_id, d.subscription_id, d.amount_off, d.currency
from objects.subscription_discount as d
left join priced as p on d.subscription_id = p.subscription_id and d.currency = p.currency
where d.amount_off > 0 and d.currency is not null and p.currency is null

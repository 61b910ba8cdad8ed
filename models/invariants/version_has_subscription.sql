-- Every version and every discount belongs to a subscription that is there; without it they are in no total.
-- severity: warn
with part as (
    select subscription_version_id as part_id, subscription_id from objects.subscription_version
    union all
    select subscription_discount_id, subscription_id from objects.subscription_discount
)

select p.part_id, p.subscription_id
from part as p
left join objects.subscription as s on p.subscription_id = s.subscription_id
where s.subscription_id is null

-- One row per company: the licences of what runs now, by the products that policy counts as such.
select v.company_id, sum(v.quantity) as licences_bought
from intermediate.subscription_version_run as v
join objects.product as p on v.product_id = p.product_id
join policy.usage_seat_categories as c on p.category = c.value
join policy.revenue_set_counted_statuses as k on v.status = k.value
join policy.revenue_set as s on k.policy_id = s.policy_id and s.is_main
cross join meta.run as r
where v.company_id is not null
    and not v.is_metered
    and v.runs_from < r.as_of
    and (v.runs_to is null or v.runs_to >= r.as_of)
group by v.company_id

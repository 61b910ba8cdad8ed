-- A company's months of use sum to all that it did in the product.
with told as (
    select company_id, sum(event_count) as event_count
    from marts.usage_month
    group by company_id
),

done as (
    select u.company_id, count(*) as event_count
    from objects.usage_event as u
    cross join meta.run as r
    where u.company_id is not null and u.occurred_at <= r.as_of and u.source_deleted_at is null
    group by u.company_id
)

select coalesce(t.company_id, d.company_id) as company_id, t.event_count as told_count, d.event_count as done_count
from told as t
full join done as d on t.company_id = d.company_id
where t.event_count is distinct from d.event_count

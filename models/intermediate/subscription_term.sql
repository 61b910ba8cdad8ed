-- One row per subscription: the longest number of months it is now billed for at a time; less than a month is 0.
select
    v.subscription_id,
    max(case v.billing_interval when 'year' then 12 when 'month' then 1 else 0 end * v.interval_count) as term_months
from objects.subscription_version as v
cross join meta.run as r
where v.valid_from <= r.as_of and coalesce(v.valid_to > r.as_of, true)
group by v.subscription_id

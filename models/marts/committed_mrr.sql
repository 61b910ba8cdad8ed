-- MRR now, and once everything that is signed and known today has happened: the snapshot after the last month.
with last_month as (
    select max(month_no) as month_no from intermediate.month
),

item as (
    select
        s.company_id, s.currency, s.subscription_id, s.item,
        sum(case when s.month_from <= l.month_no and s.month_to > l.month_no then s.net_mrr else 0 end) as mrr,
        sum(case when s.month_to > l.month_no + 1 then s.net_mrr else 0 end) as later_mrr
    from intermediate.subscription_item_span as s
    cross join last_month as l
    where s.month_to > l.month_no
    group by s.company_id, s.currency, s.subscription_id, s.item
),

total as (
    select
        company_id, currency,
        cast(greatest(round(round(sum(mrr), 10), 6), 0) as decimal(38, 12)) as mrr,
        cast(round(round(sum(greatest(later_mrr - mrr, 0)), 10), 6) as decimal(38, 12)) as coming,
        cast(greatest(round(round(sum(later_mrr), 10), 6), 0) as decimal(38, 12)) as committed_mrr
    from item
    group by company_id, currency
)

select
    p.policy_id, t.company_id, t.currency, run.as_of,
    t.mrr, t.coming, t.mrr + t.coming - t.committed_mrr as leaving, t.committed_mrr,
    p.reporting_currency,
    cast(round(cast(t.mrr as decimal(38, 6)) * coalesce(r.rate, 0), 6) as decimal(38, 12)) as reporting_mrr,
    cast(round(cast(t.committed_mrr as decimal(38, 6)) * coalesce(r.rate, 0), 6) as decimal(38, 12)) as reporting_committed_mrr
from total as t
cross join policy.revenue as p
cross join meta.run as run
cross join last_month as l
left join intermediate.month_rate as r on l.month_no = r.month_no and t.currency = r.currency
where t.mrr <> 0 or t.coming <> 0 or t.committed_mrr <> 0

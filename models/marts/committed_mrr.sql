-- MRR now, and once everything that is signed and known today has happened. A line of an invoice says no more than until
-- when it is billed for: what runs now goes on.
with last_month as (
    select policy_id, month_no, valued_at
    from intermediate.month
    qualify month_no = max(month_no) over (partition by policy_id)
),

running as (
    select
        s.*, s.runs_from <= l.valued_at and coalesce(s.runs_to > l.valued_at, true) as is_running,
        s.invoice_line_id is not null as is_billed
    from intermediate.revenue_item_span as s
    join last_month as l on s.policy_id = l.policy_id
    where coalesce(s.runs_to > l.valued_at, true)
),

item as (
    select
        policy_id, company_id, unit_id, currency, subscription_id, item,
        sum(case when is_running then net_mrr else 0 end) as mrr,
        sum(case when is_billed and is_running then net_mrr when runs_to is null then net_mrr else 0 end) as later_mrr
    from running
    group by policy_id, company_id, unit_id, currency, subscription_id, item
),

unit as (
    select
        policy_id, company_id, currency,
        cast(greatest(round(round(sum(mrr), 10), 6), 0) as decimal(38, 12)) as mrr,
        cast(round(round(sum(greatest(later_mrr - mrr, 0)), 10), 6) as decimal(38, 12)) as coming,
        cast(greatest(round(round(sum(later_mrr), 10), 6), 0) as decimal(38, 12)) as committed_mrr
    from item
    group by policy_id, company_id, unit_id, currency
),

total as (
    -- Rounded apart, what is coming could be a millionth less than what is committed beyond today's.
    select
        policy_id, company_id, currency, sum(mrr) as mrr, sum(greatest(coming, committed_mrr - mrr)) as coming,
        sum(committed_mrr) as committed_mrr
    from unit
    group by policy_id, company_id, currency
)

select
    t.policy_id, t.company_id, t.currency, run.as_of,
    t.mrr, t.coming, t.mrr + t.coming - t.committed_mrr as leaving, t.committed_mrr,
    p.reporting_currency,
    cast(round(cast(t.mrr as decimal(38, 6)) * coalesce(r.rate, 0), 6) as decimal(38, 12)) as reporting_mrr,
    cast(round(cast(t.committed_mrr as decimal(38, 6)) * coalesce(r.rate, 0), 6) as decimal(38, 12))
        as reporting_committed_mrr
from total as t
cross join policy.revenue as p
cross join meta.run as run
join last_month as l on t.policy_id = l.policy_id
left join intermediate.month_rate as r
    on t.policy_id = r.policy_id and l.month_no = r.month_no and t.currency = r.currency
where t.mrr <> 0 or t.coming <> 0 or t.committed_mrr <> 0

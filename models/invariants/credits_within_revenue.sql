-- Negative items take off no more than the company pays otherwise in their currency: what is beyond counts as 0.
-- severity: warn
-- The rows are the negative items, at each instant from which on they take off too much; `beyond` is what is too much.
with crediting as (
    select distinct policy_id, company_id, unit_id, currency
    from intermediate.revenue_item_span
    where net_mrr < 0
),

item as (
    select s.*
    from intermediate.revenue_item_span as s
    join crediting as c
        on s.policy_id = c.policy_id and s.company_id = c.company_id and s.unit_id = c.unit_id and s.currency = c.currency
),

boundary as (
    select policy_id, company_id, unit_id, currency, runs_from as changes_at from item
    union
    select policy_id, company_id, unit_id, currency, runs_to from item where runs_to is not null
),

running as (
    select
        b.changes_at, s.*, sum(s.net_mrr) over (partition by b.policy_id, b.company_id, b.unit_id, b.currency, b.changes_at)
            as company_mrr
    from boundary as b
    join item as s
        on b.policy_id = s.policy_id and b.company_id = s.company_id and b.unit_id = s.unit_id and b.currency = s.currency
        and b.changes_at >= s.runs_from and coalesce(b.changes_at < s.runs_to, true)
)

select
    r.policy_id, r.company_id, r.currency, r.changes_at, r.subscription_id, r.item, r.subscription_version_id,
    r.invoice_line_id, cast(round(r.net_mrr, 6) as decimal(38, 12)) as net_mrr,
    cast(round(-r.company_mrr, 6) as decimal(38, 12)) as beyond
from running as r
cross join meta.run as run
where r.net_mrr < 0 and round(round(r.company_mrr, 10), 6) < 0 and r.changes_at < run.as_of

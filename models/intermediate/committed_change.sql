-- Months in which what a company pays in one currency changes (`mrr`), what of it stays, or what is signed and not begun
-- (`signed_mrr`). It is so until the month `until_no`. Each subscription or item is rounded by itself where it is a unit.
with run as (
    select policy_id, company_id, unit_id, currency, 'runs' as state, runs_from, runs_to, net_mrr
    from intermediate.revenue_item_span
    union all
    select policy_id, company_id, unit_id, currency, state, runs_from, runs_to, net_mrr
    from intermediate.committed_run
),

-- What was signed before the first month stands in it from its start.
first as (
    select policy_id, min(starts_at) as first_at from intermediate.month group by policy_id
),

moved as (
    select
        r.policy_id, r.company_id, r.unit_id, r.currency, r.state, greatest(r.runs_from, f.first_at) as moved_at, r.net_mrr
    from run as r
    join first as f on r.policy_id = f.policy_id
    union all
    select policy_id, company_id, unit_id, currency, state, runs_to, -net_mrr from run where runs_to is not null
),

step as (
    select
        m.policy_id, m.company_id, m.unit_id, m.currency, c.month_no,
        sum(case when m.state = 'runs' then m.net_mrr else 0 end) as mrr_step,
        sum(case when m.state = 'stays' then m.net_mrr else 0 end) as stays_step,
        sum(case when m.state = 'signed' then m.net_mrr else 0 end) as signed_step
    from moved as m
    join intermediate.calendar as c
        on m.policy_id = c.policy_id and cast(m.moved_at as date) = c.utc_on
        and m.moved_at >= c.seen_from and m.moved_at < c.seen_to
    where c.month_no is not null
    group by m.policy_id, m.company_id, m.unit_id, m.currency, c.month_no
),

level as (
    select
        policy_id, company_id, unit_id, currency, month_no,
        cast(greatest(round(round(sum(mrr_step) over history, 10), 6), 0) as decimal(38, 12)) as mrr,
        cast(greatest(round(round(sum(mrr_step) over history - mrr_step, 10), 6), 0) as decimal(38, 12)) as mrr_before,
        cast(greatest(round(round(sum(stays_step) over history, 10), 6), 0) as decimal(38, 12)) as stays,
        cast(greatest(round(round(sum(stays_step) over history - stays_step, 10), 6), 0) as decimal(38, 12)) as stays_before,
        cast(greatest(round(round(sum(signed_step) over history, 10), 6), 0) as decimal(38, 12)) as signed,
        cast(greatest(round(round(sum(signed_step) over history - signed_step, 10), 6), 0) as decimal(38, 12))
            as signed_before
    from step
    window history as (partition by policy_id, company_id, unit_id, currency order by month_no)
),

total as (
    select
        policy_id, company_id, currency, month_no, sum(mrr - mrr_before) as mrr_step,
        sum(stays - stays_before) as stays_step,
        sum(signed - signed_before) as signed_step
    from level
    group by policy_id, company_id, currency, month_no
),

last_month as (
    select policy_id, max(month_no) as month_no from intermediate.month group by policy_id
)

select
    t.policy_id, t.company_id, t.currency, t.month_no,
    coalesce(lead(t.month_no) over history, l.month_no + 1) as until_no,
    cast(sum(t.mrr_step) over history as decimal(38, 12)) as mrr,
    cast(sum(t.stays_step) over history as decimal(38, 12)) as stays_mrr,
    cast(sum(t.signed_step) over history as decimal(38, 12)) as signed_mrr
from total as t
join last_month as l on t.policy_id = l.policy_id
window history as (partition by t.policy_id, t.company_id, t.currency order by t.month_no)

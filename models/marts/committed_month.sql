-- Past months by what was known at their end (see intermediate.committed_run), the running one as `marts.committed_mrr`, the
-- coming ones by what is known at as-of: what runs in them, and what is left once all that has happened.
with last_month as (
    select policy_id, max(month_no) as month_no from intermediate.month group by policy_id
),

past as (
    select
        c.policy_id, c.company_id, c.currency, m.month, false as is_coming, c.mrr,
        c.signed_mrr + greatest(c.stays_mrr - c.mrr, 0) as signed, greatest(c.mrr - c.stays_mrr, 0) as leaving
    from intermediate.committed_change as c
    join intermediate.month as m on c.policy_id = m.policy_id and c.month_no <= m.month_no and c.until_no > m.month_no
    join last_month as l on m.policy_id = l.policy_id and m.month_no < l.month_no
    where c.mrr <> 0 or c.stays_mrr <> 0 or c.signed_mrr <> 0
),

now as (
    select c.policy_id, c.company_id, c.currency, m.month, false as is_coming, c.mrr, c.coming as signed, c.leaving
    from marts.committed_mrr as c
    join intermediate.month as m on c.policy_id = m.policy_id
    join last_month as l on m.policy_id = l.policy_id and m.month_no = l.month_no
),

known as (
    select s.policy_id, s.company_id, s.currency, s.unit_id, p.period as month, sum(s.net_mrr) as mrr
    from intermediate.revenue_item_span as s
    join intermediate.period as p
        on s.policy_id = p.policy_id and p.grain = 'coming month' and s.runs_from <= p.valued_at
        and coalesce(s.runs_to > p.valued_at, true)
    group by s.policy_id, s.company_id, s.currency, s.unit_id, p.period
),

running as (
    select
        policy_id, company_id, currency, month,
        sum(cast(greatest(round(round(mrr, 10), 6), 0) as decimal(38, 12))) as mrr
    from known
    group by policy_id, company_id, currency, month
),

committed as (
    select c.policy_id, c.company_id, c.currency, p.period as month, c.committed_mrr
    from marts.committed_mrr as c
    join intermediate.period as p on c.policy_id = p.policy_id and p.grain = 'coming month'
),

coming as (
    select
        coalesce(r.policy_id, c.policy_id) as policy_id, coalesce(r.company_id, c.company_id) as company_id,
        coalesce(r.currency, c.currency) as currency, coalesce(r.month, c.month) as month, coalesce(r.mrr, 0) as mrr,
        coalesce(c.committed_mrr, 0) as committed_mrr
    from running as r
    full join committed as c
        on r.policy_id = c.policy_id and r.company_id = c.company_id and r.currency = c.currency and r.month = c.month
    where r.mrr <> 0 or c.committed_mrr <> 0
)

select *, mrr + signed - leaving as committed_mrr from past
union all
select *, mrr + signed - leaving as committed_mrr from now
union all
select
    policy_id, company_id, currency, month, true as is_coming, mrr, greatest(committed_mrr - mrr, 0) as signed,
    greatest(mrr - committed_mrr, 0) as leaving, committed_mrr
from coming

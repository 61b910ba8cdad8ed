-- Of the companies that paid first in one month, by their segment then: what they paid then and what is left of it in every
-- month since, both at the exchange rates of the later month.
with start as (
    select
        f.policy_id, f.company_id, f.first_month_no, f.segment, c.currency, c.closing,
        l.is_in_one_currency and p.movement_grain in ('customer', 'parent') as is_alone
    from intermediate.company_first as f
    join policy.revenue_set as p on f.policy_id = p.policy_id and p.conversion <> 'none'
    join intermediate.company_life as l on f.policy_id = l.policy_id and f.company_id = l.company_id and l.unit_id = ''
    join intermediate.company_currency_change as c
        on f.policy_id = c.policy_id and f.company_id = c.company_id and f.first_month_no = c.period_no
    where c.grain = 'month' and (c.unit_id <> '' or p.movement_grain in ('customer', 'parent'))
),

converted as (
    select
        s.policy_id, s.company_id, s.first_month_no, s.segment, s.is_alone, m.month_no, m.month,
        case
            when r.rate = 1 then s.closing
            else cast(cast(cast(s.closing as decimal(38, 6)) * coalesce(r.rate, 0) as decimal(38, 6)) as decimal(38, 12))
        end as start_mrr
    from start as s
    join intermediate.month as m on s.policy_id = m.policy_id and s.first_month_no <= m.month_no
    left join intermediate.month_rate as r
        on s.policy_id = r.policy_id and m.month_no = r.month_no and s.currency = r.currency
),

valued as (
    select policy_id, company_id, first_month_no, segment, month_no, month, start_mrr
    from converted
    where is_alone
    union all
    select policy_id, company_id, first_month_no, segment, month_no, month, sum(start_mrr)
    from converted
    where not is_alone
    group by policy_id, company_id, first_month_no, segment, month_no, month
)

select
    v.policy_id, v.segment, v.first_month_no, v.month_no, count(*) as companies_start,
    count(*) filter (where c.is_customer) as companies_kept, sum(v.start_mrr) as starting_mrr,
    sum(coalesce(c.mrr, 0)) as net_mrr, sum(least(v.start_mrr, coalesce(c.mrr, 0))) as gross_mrr
from valued as v
left join marts.company_month as c on v.policy_id = c.policy_id and v.company_id = c.company_id and v.month = c.month
group by v.policy_id, v.segment, v.first_month_no, v.month_no

-- What companies that have paid for several products, or in several currencies, pay for each, in its currency, from month
-- `month_no` until `until_no`. The share of a member is `closing` less `closing_below`, and was `opening` less
-- `opening_below`.
with followed as (
    select
        'product' as dimension, *, lag(closing, 1, 0) over life as opening,
        lag(closing_below, 1, 0) over life as opening_below,
        lead(month_no) over life as until_no
    from intermediate.product_level
    window life as (partition by policy_id, company_id, unit_id, currency, member order by month_no)
),

everything as (
    select * from followed
    union all by name
    select
        'currency' as dimension, c.policy_id, c.company_id, c.unit_id, c.currency, c.currency as member,
        c.period_no as month_no,
        c.until_no, c.opening, 0 as opening_below, c.closing, 0 as closing_below
    from intermediate.company_currency_change as c
    join intermediate.company_slot as s on c.policy_id = s.policy_id and c.company_id = s.company_id
    join policy.revenue_set as p on c.policy_id = p.policy_id
    where c.grain = 'month' and s.currency is null and (c.unit_id <> '' or p.movement_grain in ('customer', 'parent'))
)

select
    e.dimension, e.policy_id, e.company_id, e.unit_id, e.currency, e.member, e.month_no,
    coalesce(e.until_no, l.month_no + 1) as until_no, cast(e.opening as decimal(38, 6)) as opening,
    cast(e.opening_below as decimal(38, 6)) as opening_below, cast(e.closing as decimal(38, 6)) as closing,
    cast(e.closing_below as decimal(38, 6)) as closing_below
from everything as e
join (select policy_id, max(month_no) as month_no from intermediate.month group by policy_id) as l
    on e.policy_id = l.policy_id
where e.closing <> e.closing_below or e.opening <> e.opening_below

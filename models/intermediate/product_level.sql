-- What companies that have paid for several products pay for each, in each currency, from the months on in which that
-- changes: the share of a product is `closing` less `closing_below`. Rounded are the sums up to each product in
-- order, so that the shares add up to what the company pays, to the last place. One whose credits outweigh what it
-- pays, pays for nothing.
with moved as (
    select
        i.policy_id, i.company_id, i.unit_id, i.currency, coalesce(i.product_id, 'not stated') as member,
        i.runs_from as moved_at, i.net_mrr
    from intermediate.revenue_item_span as i
    join intermediate.company_slot as s on i.policy_id = s.policy_id and i.company_id = s.company_id
    where s.product is null
    union all
    select
        i.policy_id, i.company_id, i.unit_id, i.currency, coalesce(i.product_id, 'not stated'), i.runs_to, -i.net_mrr
    from intermediate.revenue_item_span as i
    join intermediate.company_slot as s on i.policy_id = s.policy_id and i.company_id = s.company_id
    where s.product is null and i.runs_to is not null
),

step as (
    select m.policy_id, m.company_id, m.unit_id, m.currency, m.member, c.month_no, sum(m.net_mrr) as step
    from moved as m
    join intermediate.calendar as c
        on m.policy_id = c.policy_id and cast(m.moved_at as date) = c.utc_on
        and m.moved_at >= c.seen_from and m.moved_at < c.seen_to
    where c.month_no is not null
    group by m.policy_id, m.company_id, m.unit_id, m.currency, m.member, c.month_no
),

place as (
    select m.policy_id, m.company_id, m.unit_id, m.currency, m.month_no, h.member
    from (select distinct policy_id, company_id, unit_id, currency, month_no from step) as m
    join (select distinct policy_id, company_id, unit_id, currency, member from step) as h
        on m.policy_id = h.policy_id and m.company_id = h.company_id and m.unit_id = h.unit_id and m.currency = h.currency
),

level as (
    select
        p.*, sum(coalesce(s.step, 0)) over (
            partition by p.policy_id, p.company_id, p.unit_id, p.currency, p.member order by p.month_no
        ) as level
    from place as p
    left join step as s
        on p.policy_id = s.policy_id and p.company_id = s.company_id and p.unit_id = s.unit_id and p.currency = s.currency
        and p.member = s.member and p.month_no = s.month_no
),

summed as (
    select
        *, sum(level) over (partition by policy_id, company_id, unit_id, currency, month_no) as total,
        sum(level) over (
            partition by policy_id, company_id, unit_id, currency, month_no
            order by member rows between unbounded preceding and current row
        ) as up_to
    from level
)

select
    policy_id, company_id, unit_id, currency, member, month_no,
    case when round(round(total, 10), 6) > 0 then round(round(up_to, 10), 6) else 0 end as closing,
    case when round(round(total, 10), 6) > 0 then round(round(up_to - level, 10), 6) else 0 end as closing_below
from summed

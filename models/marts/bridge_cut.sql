-- The month's movements of every member of every dimension, a year's worth.
with told as (
    select * from intermediate.cut_month
    union all by name
    select * from intermediate.cut_transfer
    union all by name
    select * from intermediate.slot_month
),

total as (
    select
        policy_id, dimension, member, month_no, sum(opening) as opening, sum(coalesce(new, 0)) as new,
        sum(coalesce(reactivation, 0)) as reactivation, sum(coalesce(expansion, 0)) as expansion,
        sum(coalesce(contraction, 0)) as contraction, sum(coalesce(churn, 0)) as churn, sum(coalesce(fx, 0)) as fx,
        sum(coalesce(transfer_in, 0)) as transfer_in,
        sum(coalesce(transfer_out, 0)) as transfer_out, sum(coalesce(closing, 0)) as closing,
        sum(customers_opening) as customers_opening, sum(customers_new) as customers_new,
        sum(customers_reactivated) as customers_reactivated, sum(customers_churned) as customers_churned,
        sum(customers_transferred_in) as customers_transferred_in,
        sum(customers_transferred_out) as customers_transferred_out, sum(customers_closing) as customers_closing,
        dimension not in ('currency', 'product') as is_counted
    from told
    group by policy_id, dimension, member, month_no
)

select
    t.policy_id, t.dimension, t.member, m.month, coalesce(o.name, i.name, g.name, t.member) as member_name, m.is_complete,
    p.reporting_currency as currency,
    t.opening * 12 as opening, t.new * 12 as new, t.reactivation * 12 as reactivation, t.expansion * 12 as expansion,
    t.contraction * 12 as contraction, t.churn * 12 as churn, t.fx * 12 as fx, t.transfer_in * 12 as transfer_in,
    t.transfer_out * 12 as transfer_out, t.closing * 12 as closing,
    case when t.is_counted then coalesce(t.customers_opening, 0) end as customers_opening,
    case when t.is_counted then coalesce(t.customers_new, 0) end as customers_new,
    case when t.is_counted then coalesce(t.customers_reactivated, 0) end as customers_reactivated,
    case when t.is_counted then coalesce(t.customers_churned, 0) end as customers_churned,
    case when t.is_counted then coalesce(t.customers_transferred_in, 0) end as customers_transferred_in,
    case when t.is_counted then coalesce(t.customers_transferred_out, 0) end as customers_transferred_out,
    case when t.is_counted then coalesce(t.customers_closing, 0) end as customers_closing
from total as t
join intermediate.month as m on t.policy_id = m.policy_id and t.month_no = m.month_no
cross join policy.revenue as p
left join objects.team_member as o on t.dimension = 'owner' and t.member = o.team_member_id
left join objects.product as i on t.dimension = 'product' and t.member = i.product_id
left join objects.company as g on t.dimension = 'parent' and t.member = g.company_id
where t.opening <> 0 or t.closing <> 0 or t.new <> 0 or t.reactivation <> 0 or t.expansion <> 0 or t.contraction <> 0
    or t.churn <> 0 or t.fx <> 0 or t.transfer_in <> 0 or t.transfer_out <> 0
    or (t.is_counted and coalesce(t.customers_opening, 0) + coalesce(t.customers_closing, 0)
        + coalesce(t.customers_new, 0) <> 0)

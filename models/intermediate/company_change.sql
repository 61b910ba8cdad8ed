-- Months and days (`grain`) in which anything about what is paid changes, and what that change is: new, reactivation, churn,
-- or a change that leaves a customer. It is told for the company as a whole (`unit_id` is empty), who is a customer while it
-- pays anything, and for each subscription or item where a set of rules looks at those.
with step as (
    select
        policy_id, grain, company_id, unit_id, period_no,
        sum(case when closing > 0 then 1 else 0 end) - sum(case when opening > 0 then 1 else 0 end) as paying_step
    from intermediate.company_currency_change
    group by policy_id, grain, company_id, unit_id, period_no
),

counted as (
    select
        *, sum(paying_step) over history as paying, sum(paying_step) over history - paying_step as paying_before
    from step
    window history as (partition by policy_id, grain, company_id, unit_id order by period_no)
),

history as (
    select
        policy_id, grain, company_id, unit_id, period_no, paying > 0 as is_customer, paying_before > 0 as was_customer,
        min(case when paying > 0 then period_no end) over (partition by policy_id, grain, company_id, unit_id)
            as first_period_no,
        max(case when paying = 0 and paying_before > 0 then period_no end) over (
            partition by policy_id, grain, company_id, unit_id
            order by period_no rows between unbounded preceding and 1 preceding
        ) as lost_period_no
    from counted
),

-- Months lie as many days apart as their snapshots, days as many as they are.
dated as (
    select policy_id, grain, period_no, case when grain = 'month' then snapshot_on else period end as counted_on
    from intermediate.period
)

select
    h.policy_id, h.grain, h.company_id, h.unit_id, h.period_no, h.first_period_no, h.is_customer, h.was_customer,
    case
        when h.was_customer and not h.is_customer then 'churn'
        when h.was_customer or not h.is_customer then 'change'
        when h.lost_period_no is null or p.reactivation = 'never' then 'new'
        when p.reactivation = 'always' then 'reactivation'
        when date_diff('day', lost.counted_on, back.counted_on) <= p.reactivation_days then 'reactivation'
        else 'new'
    end as kind
from history as h
join policy.revenue_set as p on h.policy_id = p.policy_id
join dated as back on h.policy_id = back.policy_id and h.grain = back.grain and h.period_no = back.period_no
left join dated as lost
    on h.policy_id = lost.policy_id and h.grain = lost.grain and h.lost_period_no = lost.period_no

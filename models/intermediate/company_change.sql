-- Snapshots at which anything about what a company pays changes, and what that change is for the company as a whole:
-- new, reactivation, churn, or a change that leaves it a customer. A company is a customer while it pays anything.
with step as (
    select
        company_id, month_no,
        sum(case when closing > 0 then 1 else 0 end) - sum(case when opening > 0 then 1 else 0 end) as paying_step
    from intermediate.company_currency_change
    where month_no <= (select max(month_no) from intermediate.month)
    group by company_id, month_no
),

counted as (
    select
        company_id, month_no,
        sum(paying_step) over (partition by company_id order by month_no) as paying,
        sum(paying_step) over (partition by company_id order by month_no) - paying_step as paying_before
    from step
),

history as (
    select
        company_id, month_no, paying > 0 as is_customer, paying_before > 0 as was_customer,
        min(case when paying > 0 then month_no end) over (partition by company_id) as first_month_no,
        max(case when paying = 0 and paying_before > 0 then month_no end) over (
            partition by company_id order by month_no rows between unbounded preceding and 1 preceding
        ) as lost_month_no
    from counted
)

select
    h.company_id, h.month_no, h.first_month_no, h.is_customer, h.was_customer,
    case
        when h.was_customer and not h.is_customer then 'churn'
        when h.was_customer or not h.is_customer then 'change'
        when h.lost_month_no is null or p.reactivation = 'never' then 'new'
        when p.reactivation = 'always' then 'reactivation'
        when date_diff('day', lost.snapshot_on, back.snapshot_on) <= p.reactivation_days then 'reactivation'
        else 'new'
    end as kind
from history as h
cross join policy.revenue as p
join intermediate.month as back on h.month_no = back.month_no
left join intermediate.month as lost on h.lost_month_no = lost.month_no

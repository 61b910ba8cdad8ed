-- The accounts of an owner sum to the portfolio: companies, customers, ARR, renewals, overdue money, untouched ones.
with summed as (
    select
        team_member_id,
        count(*) as company_count,
        count(*) filter (where is_customer) as customer_count,
        count(*) filter (where health_band = 'at_risk') as at_risk_count,
        count(*) filter (where customer_status = 'canceled') as leaving_count,
        sum(arr) as arr,
        coalesce(sum(arr) filter (where is_customer and is_renewing), 0) as renewal_arr,
        sum(overdue_amount) as overdue_amount,
        count(*) filter (where is_customer and is_untouched) as untouched_count,
        sum(weighted_pipeline_amount) as weighted_pipeline_amount
    from marts.portfolio_account
    group by team_member_id
)

select p.team_member_id, p.company_count, s.company_count as accounts, p.arr, s.arr as arr_of_accounts
from marts.portfolio as p
full join summed as s on p.team_member_id = s.team_member_id
where p.company_count is distinct from s.company_count
    or p.customer_count is distinct from s.customer_count
    or p.at_risk_count is distinct from s.at_risk_count
    or p.leaving_count is distinct from s.leaving_count
    or p.arr is distinct from s.arr
    or p.renewal_arr is distinct from s.renewal_arr
    or p.overdue_amount is distinct from s.overdue_amount
    or p.untouched_count is distinct from s.untouched_count
    or p.weighted_pipeline_amount is distinct from s.weighted_pipeline_amount

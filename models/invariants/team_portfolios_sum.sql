-- The portfolios of a team's people sum to the team's: owners, companies, customers, bands, ARR, overdue money.
with summed as (
    select
        team,
        count(*) filter (where team_member_id <> 'nobody') as owner_count,
        sum(company_count) as company_count,
        sum(customer_count) as customer_count,
        sum(thriving_count + needs_attention_count + at_risk_count + unscored_count) as banded_count,
        sum(arr) as arr,
        sum(arr_leaving) as arr_leaving,
        sum(renewal_arr) as renewal_arr,
        sum(overdue_amount) as overdue_amount,
        sum(untouched_count) as untouched_count
    from marts.portfolio
    group by team
)

select t.team, t.company_count, s.company_count as companies_of_owners, t.arr, s.arr as arr_of_owners
from marts.team_portfolio as t
full join summed as s on t.team = s.team
where t.owner_count is distinct from s.owner_count
    or t.company_count is distinct from s.company_count
    or t.customer_count is distinct from s.customer_count
    or t.thriving_count + t.needs_attention_count + t.at_risk_count + t.unscored_count is distinct from s.banded_count
    or t.arr is distinct from s.arr
    or t.arr_leaving is distinct from s.arr_leaving
    or t.renewal_arr is distinct from s.renewal_arr
    or t.overdue_amount is distinct from s.overdue_amount
    or t.untouched_count is distinct from s.untouched_count

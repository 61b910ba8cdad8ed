-- How many months companies paid for the first time, by the segment in which they began: until they were gone
-- (`is_lost`), or until now. What is paid after a return is no part of it.
select
    f.policy_id, f.segment, coalesce(f.lost_month_no, l.month_no) - f.first_month_no as months,
    f.lost_month_no is not null as is_lost, count(*) as companies
from intermediate.company_first as f
join (select policy_id, max(month_no) as month_no from intermediate.month group by policy_id) as l
    on f.policy_id = l.policy_id
group by f.policy_id, f.segment, coalesce(f.lost_month_no, l.month_no) - f.first_month_no, f.lost_month_no is not null

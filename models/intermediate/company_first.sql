-- Since which month a company pays, in which segment it was then, and when it first stopped, if it did, in each set
-- of rules.
select
    f.policy_id, f.company_id, f.first_month_no, coalesce(a.segment, 'not stated') as segment,
    min(case when k.kind = 'churn' then k.period_no end) as lost_month_no
from intermediate.company_life as f
join intermediate.company_change as k
    on f.policy_id = k.policy_id and f.company_id = k.company_id and k.unit_id = '' and k.grain = 'month'
left join intermediate.company_member as a
    on f.policy_id = a.policy_id and f.company_id = a.company_id and f.first_month_no >= a.from_no
    and f.first_month_no < a.until_no
where f.unit_id = '' and f.first_month_no is not null
group by f.policy_id, f.company_id, f.first_month_no, coalesce(a.segment, 'not stated')

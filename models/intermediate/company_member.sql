-- In which segment, country, owner's book and group a company was, from month `from_no` until `until_no`, in each set of
-- rules. A group goes by the company at its top; a company without parent and child is in none.
with border as (
    select policy_id, company_id, from_no from intermediate.company_attribute
    union
    select policy_id, company_id, from_no from intermediate.company_top
    union
    select policy_id, company_id, until_no from intermediate.company_top
),

stretch as (
    select
        policy_id, company_id, from_no,
        lead(from_no) over (partition by policy_id, company_id order by from_no) as until_no
    from border
)

select
    s.policy_id, s.company_id, s.from_no, coalesce(s.until_no, a.until_no) as until_no, a.segment, a.country,
    a.owner_id as owner, coalesce(t.top_id, 'no group') as parent
from stretch as s
join intermediate.company_attribute as a
    on s.policy_id = a.policy_id and s.company_id = a.company_id and s.from_no >= a.from_no and s.from_no < a.until_no
left join intermediate.company_top as t
    on s.policy_id = t.policy_id and s.company_id = t.company_id and s.from_no >= t.from_no and s.from_no < t.until_no

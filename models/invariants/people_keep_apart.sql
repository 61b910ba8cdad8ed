-- No golden row holds two records that a person declared different.
select d.left_key, d.right_key, d.decided_by, l.company_id as golden_id
from identity.company_decision as d
join identity.company_link as l on d.left_key = l.source_key
join identity.company_link as r on d.right_key = r.source_key
where d.verdict = 'left' and l.company_id = r.company_id
union all
select d.left_key, d.right_key, d.decided_by, l.contact_id as golden_id
from identity.contact_decision as d
join identity.contact_link as l on d.left_key = l.source_key
join identity.contact_link as r on d.right_key = r.source_key
where d.verdict = 'left' and l.contact_id = r.contact_id
union all
select d.left_key, d.right_key, d.decided_by, l.team_member_id as golden_id
from identity.team_member_decision as d
join identity.team_member_link as l on d.left_key = l.source_key
join identity.team_member_link as r on d.right_key = r.source_key
where d.verdict = 'left' and l.team_member_id = r.team_member_id

-- Fills the company of what was measured.
select s.* exclude (company_id), coalesce(s.company_id, a.company_id, p.company_id) as company_id
from sourced as s
left join objects.asset as a on s.asset_id = a.asset_id
left join objects.project as p on s.project_id = p.project_id

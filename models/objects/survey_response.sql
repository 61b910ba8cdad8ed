-- Fills the company from the ticket or the respondent's main company.
select s.* exclude (company_id), coalesce(s.company_id, t.company_id, j.company_id) as company_id
from sourced as s
left join objects.ticket as t on s.ticket_id = t.ticket_id
left join objects.job_role as j on s.contact_id = j.contact_id and j.is_primary

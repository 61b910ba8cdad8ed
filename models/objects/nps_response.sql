-- Fills the company from the company whose address the respondent used, else their main one of the day.
select s.* exclude (company_id), coalesce(s.company_id, d.company_id, j.company_id) as company_id
from sourced as s
left join behaviour.company_then as j
    on s.contact_id = j.contact_id and s.answered_at >= j.from_on and s.answered_at < j.to_on
left join behaviour.address_company as d
    on s.contact_id = d.contact_id and split_part(lower(s.respondent), '@', 2) = d.domain

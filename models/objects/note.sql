-- Fills the company from what the note is about.
select
    s.* exclude (company_id),
    coalesce(s.company_id, o.company_id, t.company_id, v.company_id, p.company_id, j.company_id) as company_id
from sourced as s
left join objects.opportunity as o on s.opportunity_id = o.opportunity_id
left join objects.ticket as t on s.ticket_id = t.ticket_id
left join objects.service as v on s.service_id = v.service_id
left join objects.project as p on s.project_id = p.project_id
left join behaviour.company_then as j
    on s.contact_id = j.contact_id and s.noted_at >= j.from_on and s.noted_at < j.to_on

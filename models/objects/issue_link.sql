-- Fills the company from the contact, ticket or conversation an issue touches.
select
    s.* exclude (company_id),
    coalesce(s.company_id, t.company_id, c.company_id, j.company_id) as company_id
from sourced as s
cross join meta.run as r
left join objects.ticket as t on s.ticket_id = t.ticket_id
left join objects.conversation as c on s.conversation_id = c.conversation_id
left join behaviour.company_then as j
    on s.contact_id = j.contact_id and r.as_of_on >= j.from_on and r.as_of_on < j.to_on

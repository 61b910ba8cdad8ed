-- Fills the company from the requester's main company of the day, and says where the text asks for more.
select
    s.* exclude (company_id, is_expansion_signal),
    coalesce(s.company_id, j.company_id) as company_id,
    coalesce(s.is_expansion_signal, false) or a.ticket_id is not null as is_expansion_signal
from sourced as s
left join behaviour.company_then as j
    on s.requester_id = j.contact_id and s.opened_at >= j.from_on and s.opened_at < j.to_on
left join behaviour.expansion_request as a on s.ticket_id = a.ticket_id

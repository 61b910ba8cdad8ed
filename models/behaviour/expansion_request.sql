-- Tickets whose text asks for more.
select t.ticket_id, min(p.value) as phrase
from sourced.ticket as t
join policy.support_expansion_phrases as p on contains(lower(concat_ws(' ', t.subject, t.description)), p.value)
cross join policy.behaviour as b
where b.ticket_asks_for_more
group by t.ticket_id

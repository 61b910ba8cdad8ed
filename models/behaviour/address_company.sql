-- One row per contact with several companies over time and domain that exactly one of these has: what they write from an
-- address there, they write as somebody of that company.
select t.contact_id, d.domain, min(t.company_id) as company_id
from behaviour.company_then as t
join intermediate.domain_company as d on t.company_id = d.company_id
where t.contact_id in (select m.contact_id from behaviour.company_then as m where m.from_on > date '0001-01-01')
group by t.contact_id, d.domain
having count(distinct t.company_id) = 1

-- Every contact stands in its unified view exactly once.
select c.contact_id, count(v.contact_id) as rows_found
from objects.contact as c
full join marts.contact_360 as v on c.contact_id = v.contact_id
group by c.contact_id
having count(v.contact_id) <> 1 or c.contact_id is null

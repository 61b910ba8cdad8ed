-- Every company stands in its unified view exactly once.
select c.company_id, count(v.company_id) as rows_found
from objects.company as c
full join marts.company_360 as v on c.company_id = v.company_id
group by c.company_id
having count(v.company_id) <> 1 or c.company_id is null

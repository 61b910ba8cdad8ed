-- One row per company whose parent is known to us.
select c.company_id, c.parent_company_id
from objects.company as c
join objects.company as p on c.parent_company_id = p.company_id

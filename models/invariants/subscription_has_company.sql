-- Every subscription belongs to a company that is known; what one without a company is worth is in no total.
-- severity: warn
select s.subscription_id, s.company_id, s.status, s.source_system, s.source_record_id
from objects.subscription as s
left join objects.company as c on s.company_id = c.company_id
where c.company_id is null

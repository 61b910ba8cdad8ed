-- A contact has at most one main company.
select contact_id, count(*) as main_companies
from objects.job_role
where is_primary
group by contact_id
having count(*) > 1

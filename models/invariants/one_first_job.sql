-- At most one job of a contact counts first.
select contact_id, count(*) as first_jobs
from objects.job_role
where is_primary
group by contact_id
having count(*) > 1

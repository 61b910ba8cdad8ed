-- No company is its own ancestor; of one that is, the parent is not followed.
-- severity: warn
select company_id, name, parent_company_id, parent_name
from marts.company_360
where is_in_parent_cycle

select
    m._row_id,
    m._loaded_at,
    m.account_id || ':' || m.organization_id as source_record_id,
    m.account_id as contact_id,
    m.organization_id as company_id
from raw_jira.organization_members__latest as m
left join raw_jira.users__latest as u on m.account_id = u.account_id
-- our own people may be members of an organization too
where coalesce(u.account_type, 'customer') = 'customer'

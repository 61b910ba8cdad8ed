with member as (
    select
        m.organization_id, split_part(lower(trim(m.email_address)), '@', 2) as domain, m._row_id, m._loaded_at
    from raw_jira.organization_members__latest as m
    left join raw_jira.users__latest as u on m.account_id = u.account_id
    where trim(m.email_address) like '%_@_%.__%' and coalesce(u.account_type, 'customer') = 'customer'
)
select
    min(_row_id) as _row_id,
    max(_loaded_at) as _loaded_at,
    organization_id || ':' || min(domain) as source_record_id,
    organization_id as company_id,
    min(domain) as domain,
    true as is_primary
from member
group by organization_id
-- Jira keeps no domain of an organization: it is told only by customers who all write from the same one
having count(distinct domain) = 1

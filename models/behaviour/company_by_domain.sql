-- Contacts that no source places at a company, with the company whose own domain their address is at.
with employed as (
    select distinct contact_id
    from sourced.job_role
    where source_deleted_at is null
)

select e.contact_id, d.company_id, e.source_system, e.source_record_id, e.loaded_at
from objects.contact_email as e
join intermediate.domain_company as d on d.domain = split_part(e.address, '@', 2) and d.is_own
left join employed as k on e.contact_id = k.contact_id
cross join policy.behaviour as b
where b.company_known_by_domain
    and k.contact_id is null
    and e.is_valid_syntax
    and coalesce(e.is_work, true)
    and e.source_deleted_at is null
qualify row_number() over (
    partition by e.contact_id order by coalesce(e.is_primary, false) desc, e.address, e.contact_email_id asc
) = 1

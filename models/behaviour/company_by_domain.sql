-- Contacts that no source places at a company, with the company whose own domain their address is at.
with employed as (
    select distinct contact_id
    from sourced.job_role
    where source_deleted_at is null
),

own_domain as (
    -- A domain that several companies claim says nothing about where somebody works.
    select d.domain, min(d.company_id) as company_id
    from objects.company_domain as d
    left join policy.email_free_mail_domains as f on d.domain = f.value
    left join policy.email_shared_domains as s on d.domain = s.value
    where f.value is null and s.value is null and d.source_deleted_at is null
    group by d.domain
    having count(distinct d.company_id) = 1
)

select e.contact_id, d.company_id, e.source_system, e.source_record_id, e.loaded_at
from objects.contact_email as e
join own_domain as d on d.domain = split_part(e.address, '@', 2)
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

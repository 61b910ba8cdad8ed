-- One row per domain that is one company's own. One that several companies claim says nothing about where somebody works.
select d.domain, min(d.company_id) as company_id
from objects.company_domain as d
left join policy.email_free_mail_domains as f on d.domain = f.value
left join policy.email_shared_domains as s on d.domain = s.value
where f.value is null and s.value is null and d.source_deleted_at is null
group by d.domain
having count(distinct d.company_id) = 1

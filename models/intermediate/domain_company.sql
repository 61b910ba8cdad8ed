-- One row per domain and company that claims it; of mail providers and shared ones none. Only a domain of one company says
-- by itself where somebody works.
select d.domain, d.company_id, count(*) over (partition by d.domain) = 1 as is_own
from objects.company_domain as d
left join policy.email_free_mail_domains as f on d.domain = f.value
left join policy.email_shared_domains as s on d.domain = s.value
where f.value is null and s.value is null and d.source_deleted_at is null
group by d.domain, d.company_id

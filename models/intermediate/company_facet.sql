-- One row per company: its domains, its people and the sources that know it.
with domain as (
    select company_id, string_agg(domain, ', ' order by domain) as domains
    from (
        -- Where everybody may have an address says nothing of a company.
        select distinct d.company_id, d.domain
        from objects.company_domain as d
        left join policy.email_free_mail_domains as f on d.domain = f.value
        where d.source_deleted_at is null and f.value is null
    ) as d
    group by company_id
),

person as (
    select f.company_id, count(*) as contact_count
    from intermediate.contact_facet as f
    join objects.contact as c on f.contact_id = c.contact_id
    where f.role_ended_on is null and c.source_deleted_at is null
    group by f.company_id
),

source as (
    select company_id, string_agg(source_system, ', ' order by source_system) as sources, count(*) as source_count
    from (
        select distinct company_id, source_system
        from identity.company_link
        where company_id is not null
    ) as l
    group by company_id
)

select
    c.company_id,
    d.domains,
    coalesce(p.contact_count, 0) as contact_count,
    coalesce(s.sources, c.source_system) as sources,
    coalesce(s.source_count, 1) as source_count
from objects.company as c
left join domain as d on c.company_id = d.company_id
left join person as p on c.company_id = p.company_id
left join source as s on c.company_id = s.company_id

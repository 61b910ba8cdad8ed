-- Adds the company of a contact who is known only by an address at a company's own domain, and settles one main company
-- per contact.
with employed as (
    select distinct contact_id
    from sourced
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
),

known_by_address as (
    select
        e.*,
        d.company_id,
        row_number() over (
            partition by e.contact_id order by coalesce(e.is_primary, false) desc, e.address, e.contact_email_id asc
        ) as choice
    from objects.contact_email as e
    join own_domain as d on d.domain = split_part(e.address, '@', 2)
    left join employed as k on e.contact_id = k.contact_id
    where k.contact_id is null
        and e.is_valid_syntax
        and coalesce(e.is_work, true)
        and e.source_deleted_at is null
),

role_row as (
    select * from sourced
    union all by name
    select
        'own_domain:' || contact_id as job_role_id,
        contact_id,
        company_id,
        source_system,
        source_record_id,
        loaded_at,
        'own_domain' as derived_by
    from known_by_address
    where choice = 1
),

ranked as (
    select
        w.job_role_id,
        row_number() over (
            partition by w.contact_id
            order by
                (w.ended_on is null or w.ended_on > r.as_of_on) desc,
                coalesce(w.is_primary, false) desc,
                w.started_on desc nulls last,
                w.updated_at desc nulls last,
                w.job_role_id asc
        ) as preference
    from role_row as w
    cross join meta.run as r
    where w.source_deleted_at is null
)

select w.* exclude (is_primary), coalesce(k.preference = 1, false) as is_primary
from role_row as w
left join ranked as k on w.job_role_id = k.job_role_id

-- Adds the company of a contact who is known only by an address at a company's own domain, and says which job of a
-- contact counts first.
with role_row as (
    select * from sourced
    union all by name
    select
        'own_domain:' || contact_id as job_role_id,
        contact_id,
        company_id,
        source_system,
        source_record_id,
        loaded_at,
        'company_known_by_domain' as derived_by
    from behaviour.company_by_domain
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

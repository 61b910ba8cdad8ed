-- One row per company that has or had a champion: how many, how many are gone or cannot be reached, and who is left.
with champion as (
    select distinct
        j.company_id,
        c.contact_id,
        c.name,
        coalesce(j.ended_on <= r.as_of_on, false) or coalesce(e.preference = 'bounced', false) as has_left
    from objects.contact as c
    join objects.job_role as j on c.contact_id = j.contact_id
    left join intermediate.email_preference as e on c.contact_id = e.contact_id
    cross join meta.run as r
    where c.decision_role = 'champion' and j.source_deleted_at is null and c.source_deleted_at is null
),

settled as (
    -- Where a person has two roles at a company, holding one of them is staying.
    select company_id, contact_id, min(name) as name, bool_and(has_left) as has_left
    from champion
    group by company_id, contact_id
)

select
    company_id,
    count(*) as champion_count,
    count(*) filter (where has_left) as left_count,
    string_agg(name, ', ' order by name, contact_id) filter (where not has_left) as champion_names
from settled
group by company_id

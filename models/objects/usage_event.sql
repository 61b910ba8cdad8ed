-- Fills the user, the person and the company of what was used.
with users as (
    select product_user_id, source_system, external_user_id, contact_id, company_id
    from objects.product_user
    where source_deleted_at is null
    qualify count(*) over (partition by source_system, external_user_id) = 1
)

select
    s.* exclude (product_user_id, contact_id, company_id, external_user_id, weight),
    coalesce(s.external_user_id, d.external_user_id) as external_user_id,
    coalesce(s.product_user_id, u.product_user_id) as product_user_id,
    coalesce(s.contact_id, d.contact_id, u.contact_id) as contact_id,
    coalesce(s.company_id, a.company_id, p.company_id, d.company_id, u.company_id) as company_id,
    coalesce(s.weight, 1) as weight
from sourced as s
left join objects.product_user as d on s.product_user_id = d.product_user_id
left join users as u
    on s.product_user_id is null and s.source_system = u.source_system and s.external_user_id = u.external_user_id
left join objects.asset as a on s.asset_id = a.asset_id
left join objects.project as p on s.project_id = p.project_id

select
    u._row_id,
    u._loaded_at,
    u.custom,
    u.id as source_record_id,
    coalesce(nullif(trim(u.name), ''), nullif(concat_ws(' ', u.first_name, u.last_name), ''), u.username) as name,
    nullif(lower(trim(u.email)), '') as email,
    coalesce(r.name, u.title) as roles,
    coalesce(u.department, u.division) as team,
    lower(u.is_active) in ('true', '1') and coalesce(lower(u.is_deleted), 'false') not in ('true', '1') as is_active,
    u.created_date as created_at,
    coalesce(u.system_modstamp, u.last_modified_date) as updated_at
from raw_salesforce.users__latest as u
left join raw_salesforce.user_roles__latest as r on u.user_role_id = r.id
-- users of a customer portal are contacts; some users are no people
where u.contact_id is null
    and coalesce(u.user_type, '') not in ('AutomatedProcess', 'CloudIntegrationUser', 'Guest')

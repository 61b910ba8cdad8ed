select
    r._row_id,
    r._loaded_at,
    r.custom,
    r.id as source_record_id,
    r.opportunity_id,
    r.contact_id,
    r.role,
    r.created_date as created_at,
    r.system_modstamp as updated_at,
    case
        when lower(r.is_deleted) in ('true', '1') then coalesce(r.system_modstamp, cast(r._loaded_at as varchar))
    end as source_deleted_at
from raw_salesforce.opportunity_contact_roles__latest as r

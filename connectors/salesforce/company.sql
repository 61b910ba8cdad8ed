with owner_name as (
    -- reports name the owner instead of giving the id; a name that two users share says nothing
    select lower(trim(coalesce(u.name, concat_ws(' ', u.first_name, u.last_name)))) as name, min(u.id) as id
    from raw_salesforce.users__latest as u
    group by all
    having count(*) = 1
)
select
    a._row_id,
    a._loaded_at,
    a.custom,
    a.id as source_record_id,
    -- an account that was merged into another one leads to it
    case
        when a.master_record_id is not null then 'salesforce:' || a.master_record_id
        when a.external_id_c like '%:%' then a.external_id_c
        else '*:' || a.external_id_c
    end as external_id,
    a.name,
    a.legal_name_c as legal_name,
    a.website,
    a.industry,
    a.sic_desc as sub_industry,
    a.number_of_employees as employee_count,
    a.year_started as year_founded,
    a.annual_revenue,
    upper(a.currency_iso_code) as currency,
    coalesce(upper(a.billing_country_code), a.billing_country) as country,
    coalesce(a.billing_state, a.billing_state_code) as state,
    a.billing_city as city,
    a.billing_street as address,
    a.billing_postal_code as postal_code,
    a.phone,
    a.type as lifecycle_phase,
    a.account_source as lead_source,
    a.segment_c as segment,
    coalesce(o.id, a.owner_id) as owner_id,
    coalesce(c.id, a.csm_c) as co_owner_id,
    a.parent_id as parent_company_id,
    a.csm_score_c as csm_score,
    a.csm_score_date_c as csm_score_at,
    a.created_date as created_at,
    coalesce(a.system_modstamp, a.last_modified_date) as updated_at,
    case
        when lower(a.is_deleted) in ('true', '1')
            then coalesce(a.system_modstamp, a.last_modified_date, cast(a._loaded_at as varchar))
    end as source_deleted_at
from raw_salesforce.accounts__latest as a
left join owner_name as o on lower(trim(a.owner_id)) = o.name
left join owner_name as c on lower(trim(a.csm_c)) = c.name

with owner_name as (
    -- CSV exports name the owner instead of giving the id; a name that two owners share says nothing
    select lower(trim(concat_ws(' ', o.first_name, o.last_name))) as name, min(o.id) as id
    from raw_hubspot.owners__latest as o
    group by all
    having count(*) = 1
),
merged as (
    select trim(m.gone_id) as gone_id, max(c.id) as kept_id, max(c.updated_at) as merged_at
    from raw_hubspot.companies__latest as c, unnest(string_split(c.hs_merged_object_ids, ';')) as m (gone_id)
    where trim(m.gone_id) <> ''
    group by all
),
company as (
    select c.*, c.id as record_id, m.kept_id, m.merged_at
    from raw_hubspot.companies__latest as c
    left join merged as m on c.id = m.gone_id
    union all
    -- an id that lives on only in the company it was merged into: other systems may still point to it
    select c.*, m.gone_id as record_id, m.kept_id, m.merged_at
    from merged as m
    join raw_hubspot.companies__latest as c on m.kept_id = c.id
    left join raw_hubspot.companies__latest as known on m.gone_id = known.id
    where known.id is null
),
timed as (
    select
        c.*,
        coalesce(c.createdate, c.created_at) as made,
        case lower(c.lifecyclestage)
            when 'lead' then c.hs_lifecyclestage_lead_date
            when 'opportunity' then c.hs_lifecyclestage_opportunity_date
            when 'customer' then c.hs_lifecyclestage_customer_date
        end as came
    from company as c
)
select
    c._row_id,
    c._loaded_at,
    c.custom,
    c.record_id as source_record_id,
    'hubspot:' || c.kept_id as external_id,
    coalesce(nullif(trim(c.name), ''), c.domain) as name,
    c.legal_name,
    c.website,
    c.industry,
    c.numberofemployees as employee_count,
    c.founded_year as year_founded,
    c.annualrevenue as annual_revenue,
    upper(c.hs_annual_revenue_currency_code) as currency,
    coalesce(upper(c.hs_country_code), c.country) as country,
    c.state,
    c.city,
    nullif(concat_ws(', ', c.address, c.address2), '') as address,
    c.zip as postal_code,
    c.phone,
    c.lifecyclestage as lifecycle_phase,
    -- the API's older pages give milliseconds since 1970, its present ones and CSV exports a date and time
    case when regexp_matches(c.came, '^\d{13}$') then epoch_ms(c.came::bigint)::varchar else c.came end as phase_since,
    coalesce(c.lead_source, c.hs_analytics_source) as lead_source,
    c.segment,
    c.hs_ideal_customer_profile as icp_fit,
    coalesce(o.id, c.hubspot_owner_id) as owner_id,
    coalesce(s.id, c.customer_success_manager) as co_owner_id,
    c.hs_parent_company_id as parent_company_id,
    c.csm_score,
    c.csm_score_date as csm_score_at,
    case when regexp_matches(c.made, '^\d{13}$') then epoch_ms(c.made::bigint)::varchar else c.made end as created_at,
    c.updated_at,
    case when lower(c.archived) = 'true' then coalesce(c.archived_at, c.updated_at) else c.merged_at end
        as source_deleted_at
from timed as c
left join owner_name as o on lower(trim(c.hubspot_owner_id)) = o.name
left join owner_name as s on lower(trim(c.customer_success_manager)) = s.name

with customer as (
    select
        c.*, try_cast(c.meta_data as json) as tag, try_cast(c.billing_address as json) as place,
        nullif(trim(concat_ws(' ', c.first_name, c.last_name)), '') as person
    from raw_chargebee.customers__latest as c
),
named as (
    select
        c.*,
        coalesce(c.tag ->> '$.hubspot_company_id', c.cf_hubspot_company_id) as hubspot,
        coalesce(c.tag ->> '$.salesforce_account_id', c.cf_salesforce_account_id) as salesforce,
        coalesce(c.tag ->> '$.zendesk_organization_id', c.cf_zendesk_organization_id) as zendesk,
        coalesce(c.tag ->> '$.intercom_company_id', c.cf_intercom_company_id) as intercom,
        coalesce(c.tag ->> '$.planhat_company_id', c.cf_planhat_company_id) as planhat
    from customer as c
)
select
    _row_id,
    _loaded_at,
    nullif(json_merge_patch(coalesce(custom, '{}'), coalesce(cast(tag as varchar), '{}')), '{}') as custom,
    id as source_record_id,
    coalesce(
        'hubspot:' || hubspot, 'salesforce:' || salesforce, 'zendesk:' || zendesk, 'intercom:' || intercom,
        'planhat:' || planhat
    ) as external_id,
    -- a customer is kept whatever it lacks, for its money hangs on it
    coalesce(nullif(trim(company), ''), nullif(trim(place ->> '$.company'), ''), person, nullif(trim(email), ''), id) as name,
    coalesce(tag ->> '$.website', cf_website) as website,
    upper(preferred_currency_code) as currency,
    upper(coalesce(place ->> '$.country', billing_address_country)) as country,
    coalesce(place ->> '$.state', place ->> '$.state_code', billing_address_state) as state,
    coalesce(place ->> '$.city', billing_address_city) as city,
    nullif(
        concat_ws(
            ', ',
            nullif(coalesce(place ->> '$.line1', billing_address_line1), ''),
            nullif(coalesce(place ->> '$.line2', billing_address_line2), ''),
            nullif(place ->> '$.line3', '')
        ),
        ''
    ) as address,
    coalesce(place ->> '$.zip', billing_address_zip) as postal_code,
    phone,
    try_cast(relationship as json) ->> '$.parent_id' as parent_company_id,
    coalesce(cast(to_timestamp(try_cast(created_at as decimal(11, 0))) at time zone 'UTC' as varchar), created_at)
        as created_at,
    coalesce(cast(to_timestamp(try_cast(updated_at as decimal(11, 0))) at time zone 'UTC' as varchar), updated_at)
        as updated_at,
    case when lower(deleted) = 'true' then
        coalesce(cast(to_timestamp(try_cast(updated_at as decimal(11, 0))) at time zone 'UTC' as varchar), updated_at,
            cast(_loaded_at as varchar))
    end as source_deleted_at
from named

with customer as (
    select
        c.*,
        try_cast(c.metadata as json) as tag,
        try_cast(c.address as json) as place,
        coalesce(cast(to_timestamp(try_cast(c.created as decimal(11, 0))) at time zone 'UTC' as varchar), c.created) as created_at
    from raw_stripe.customers__latest as c
),
named as (
    select
        c.*,
        coalesce(c.tag ->> '$.hubspot_company_id', c.hubspot_company_id) as hubspot,
        coalesce(c.tag ->> '$.salesforce_account_id', c.salesforce_account_id) as salesforce,
        c.tag ->> '$.zendesk_organization_id' as zendesk,
        c.tag ->> '$.intercom_company_id' as intercom,
        c.tag ->> '$.planhat_company_id' as planhat
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
    coalesce(
        nullif(trim(business_name), ''), nullif(trim(name), ''), nullif(trim(description), ''), nullif(trim(email), ''), id
    ) as name,
    coalesce(tag ->> '$.website', website) as website,
    upper(currency) as currency,
    upper(coalesce(place ->> '$.country', address_country)) as country,
    coalesce(place ->> '$.state', address_state) as state,
    coalesce(place ->> '$.city', address_city) as city,
    nullif(
        concat_ws(
            ', ',
            nullif(coalesce(place ->> '$.line1', address_line1), ''),
            nullif(coalesce(place ->> '$.line2', address_line2), '')
        ),
        ''
    ) as address,
    coalesce(place ->> '$.postal_code', address_postal_code) as postal_code,
    phone,
    created_at,
    case when lower(deleted) = 'true' then _loaded_at end as source_deleted_at
from named

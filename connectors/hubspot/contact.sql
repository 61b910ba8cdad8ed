with owner_name as (
    -- CSV exports name the owner instead of giving the id; a name that two owners share says nothing
    select lower(trim(concat_ws(' ', o.first_name, o.last_name))) as name, min(o.id) as id
    from raw_hubspot.owners__latest as o
    group by all
    having count(*) = 1
),
merged as (
    select trim(m.gone_id) as gone_id, max(c.id) as kept_id, max(c.lastmodifieddate) as merged_at
    from raw_hubspot.contacts__latest as c, unnest(string_split(c.hs_merged_object_ids, ';')) as m (gone_id)
    where trim(m.gone_id) <> ''
    group by all
),
contact as (
    select c.*, c.id as record_id, m.kept_id, m.merged_at
    from raw_hubspot.contacts__latest as c
    left join merged as m on c.id = m.gone_id
    union all
    -- an id that lives on only in the contact it was merged into: other systems may still point to it
    select c.*, m.gone_id as record_id, m.kept_id, m.merged_at
    from merged as m
    join raw_hubspot.contacts__latest as c on m.kept_id = c.id
    left join raw_hubspot.contacts__latest as known on m.gone_id = known.id
    where known.id is null
),
worded as (
    select
        c.*,
        coalesce(c.createdate, c.created_at) as made,
        -- several roles may be ticked: the first counts
        regexp_replace(lower(split_part(c.hs_buying_role, ';', 1)), '[^a-z]', '', 'g') as buying_role
    from contact as c
)
select
    c._row_id,
    c._loaded_at,
    c.custom,
    c.record_id as source_record_id,
    'hubspot:' || c.kept_id as external_id,
    coalesce(nullif(trim(concat_ws(' ', c.firstname, c.lastname)), ''), lower(trim(c.email)), c.phone) as name,
    c.firstname as first_name,
    c.lastname as last_name,
    c.hs_timezone as timezone,
    c.hs_language as language,
    c.country,
    c.lifecyclestage as lifecycle_phase,
    c.hs_analytics_source as lead_source,
    case
        when c.buying_role in ('budgetholder', 'decisionmaker', 'executivesponsor') then 'economic_buyer'
        when c.buying_role in ('champion', 'influencer', 'blocker') then c.buying_role
        when c.buying_role = 'enduser' then 'user'
        when c.buying_role = 'technicalbuyer' then 'technical_buyer'
        when c.buying_role in ('legalandcompliance', 'legalcompliance', 'other', '') then 'unknown'
        else c.hs_buying_role
    end as decision_role,
    coalesce(o.id, c.hubspot_owner_id) as owner_id,
    case when regexp_matches(c.made, '^\d{13}$') then epoch_ms(c.made::bigint)::varchar else c.made end as created_at,
    c.lastmodifieddate as updated_at,
    case when lower(c.archived) = 'true' then coalesce(c.archived_at, c.lastmodifieddate) else c.merged_at end
        as source_deleted_at
from worded as c
left join owner_name as o on lower(trim(c.hubspot_owner_id)) = o.name

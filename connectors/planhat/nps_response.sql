with named as (
    select lower(trim(c.name)) as name, min(c.id) as id
    from raw_planhat.companies__latest as c
    group by all
    having count(*) = 1
)
select
    n._row_id,
    n._loaded_at,
    nullif(json_merge_patch(coalesce(n.custom, '{}'), coalesce(try_cast(n.custom_fields as json), '{}')), '{}') as custom,
    n.id as source_record_id,
    coalesce(n.enduser_id, lower(trim(n.email))) as contact_id,
    coalesce(n.company_id, c.id) as company_id,
    coalesce(lower(trim(n.email)), n.enduser_id) as respondent,
    n.score,
    nullif(trim(n.comment), '') as comment,
    n.date_sent as sent_at,
    coalesce(n.date_answered, n.created_at, n.create_date, n.date_sent) as answered_at,
    coalesce(a.name, n.campaign_id, n.source) as campaign,
    coalesce(n.created_at, n.create_date) as created_at,
    n.updated_at
from raw_planhat.nps__latest as n
left join raw_planhat.campaigns__latest as a on n.campaign_id = a.id
left join named as c on lower(trim(n.company_name)) = c.name
-- a survey that was sent and not answered is no response
where n.score is not null or n.date_answered is not null

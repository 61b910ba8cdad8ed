with member as (
    -- the API gives an owner as id or as an object, CSV exports the name; a name that two share says nothing
    select w.word, min(u.id) as id
    from
        raw_planhat.users__latest as u,
        unnest([u.id, lower(trim(u.nick_name)), lower(trim(concat_ws(' ', u.first_name, u.last_name)))]) as w (word)
    group by w.word
    having count(distinct u.id) = 1
),
named as (
    select lower(trim(c.name)) as name, min(c.id) as id
    from raw_planhat.companies__latest as c
    group by all
    having count(*) = 1
),
company as (
    select
        c.*,
        try_cast(c.custom_fields as json) as own,
        coalesce(try_cast(c.owner as json) ->> '$._id', try_cast(c.owner as json) ->> '$.id', trim(c.owner)) as owner_word,
        coalesce(try_cast(c.co_owner as json) ->> '$._id', try_cast(c.co_owner as json) ->> '$.id', trim(c.co_owner))
            as co_owner_word,
        -- the path of a company in its group: the ids from the top down, the last one may be its own
        string_split(trim(replace(trim(c.org_path, ','), c.id, ''), ','), ',') as above,
        coalesce(nullif(trim(c.source_id), ''), nullif(trim(c.external_id), '')) as foreign_id
    from raw_planhat.companies__latest as c
)
select
    c._row_id,
    c._loaded_at,
    nullif(json_merge_patch(coalesce(c.custom, '{}'), coalesce(c.own, '{}')), '{}') as custom,
    c.id as source_record_id,
    -- Planhat does not say which other system the id is of
    case when c.foreign_id like '%:%' then c.foreign_id else '*:' || c.foreign_id end as external_id,
    trim(c.name) as name,
    coalesce(c.legal_name, c.own ->> '$."Legal Name"') as legal_name,
    c.web as website,
    coalesce(c.industry, c.own ->> '$.Industry') as industry,
    coalesce(c.employees, c.own ->> '$.Employees') as employee_count,
    c.country,
    c.state,
    c.city,
    c.address,
    c.zip as postal_code,
    c.phone_primary as phone,
    c.phase as lifecycle_phase,
    c.phase_since,
    coalesce(c.lead_source, c.own ->> '$."Lead Source"') as lead_source,
    coalesce(c.segment, c.own ->> '$.Segment') as segment,
    coalesce(c.icp_fit, c.own ->> '$."ICP Fit"') as icp_fit,
    nullif(coalesce(array_to_string(try_cast(try_cast(c.tags as json) as varchar[]), ';'), replace(c.tags, ', ', ';')), '')
        as tags,
    coalesce(o.id, c.owner_word) as owner_id,
    coalesce(s.id, c.co_owner_word) as co_owner_id,
    nullif(coalesce(c.parent_company_id, c.parent_id, p.id, c.above[len(c.above)]), '') as parent_company_id,
    c.csm_score,
    coalesce(c.created_at, c.create_date) as created_at,
    c.updated_at
from company as c
left join member as o on lower(c.owner_word) = o.word
left join member as s on lower(c.co_owner_word) = s.word
left join named as p on lower(trim(c.parent_name)) = p.name

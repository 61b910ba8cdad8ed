with merged as (
    select trim(m.gone_id) as gone_id
    from raw_hubspot.contacts__latest as c, unnest(string_split(c.hs_merged_object_ids, ';')) as m (gone_id)
),
linked as (
    -- place 1: HubSpot calls the company primary; 2: the first of a list; 3: any other
    select c.id, trim(c.associatedcompanyid) as company_id, 1 as place
    from raw_hubspot.contacts__latest as c
    union all
    select c.id, trim(split_part(c.associated_company_ids_primary, ';', 1)), 1
    from raw_hubspot.contacts__latest as c
    union all
    select c.id, trim(split_part(c.associated_company_ids, ';', 1)), 2
    from raw_hubspot.contacts__latest as c
    union all
    select c.id, trim(a.company_id), 3
    from raw_hubspot.contacts__latest as c, unnest(string_split(c.associated_company_ids, ';')) as a (company_id)
    union all
    -- the API lists the primary company twice, once with each of its labels
    select c.id, a.link ->> '$.id', case a.link ->> '$.type' when 'contact_to_company' then 1 else 3 end
    from
        raw_hubspot.contacts__latest as c,
        unnest(try_cast(try_cast(c.associations as json) ->> '$.companies.results' as json[])) as a (link)
    union all
    -- pages of the associations API: v4 gives the kind of link as a number (1 is primary), v3 as a word
    select
        a.id, coalesce(l.link ->> '$.toObjectId', l.link ->> '$.id'),
        case when regexp_matches(cast(l.link as varchar), '"typeId": ?1\D|"contact_to_company"') then 1 else 3 end
    from raw_hubspot.associations__latest as a, unnest(try_cast(a.links as json[])) as l (link)
    where regexp_matches(cast(l.link as varchar), '"typeId": ?(1|279)\D|"contact_to_company')
),
ranked as (
    select l.id, l.company_id, min(l.place) as place
    from linked as l
    where l.company_id <> ''
    group by l.id, l.company_id
)
select
    c._row_id,
    c._loaded_at,
    r.id || ':' || r.company_id as source_record_id,
    r.id as contact_id,
    r.company_id,
    c.jobtitle as job_title,
    c.job_function as department,
    row_number() over (partition by r.id order by r.place, r.company_id) = 1 as is_primary,
    case when lower(c.archived) = 'true' then coalesce(c.archived_at, c.lastmodifieddate) end as source_deleted_at
from ranked as r
join raw_hubspot.contacts__latest as c on r.id = c.id
left join merged as m on r.id = m.gone_id
-- the contact that a merged one went into has its companies now
where m.gone_id is null

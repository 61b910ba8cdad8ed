with linked as (
    select d.id as deal_id, trim(a.contact_id) as contact_id, null as link_type
    from raw_hubspot.deals__latest as d, unnest(string_split(d.associated_contact_ids, ';')) as a (contact_id)
    union all
    select d.id, a.link ->> '$.id', a.link ->> '$.type'
    from
        raw_hubspot.deals__latest as d,
        unnest(try_cast(try_cast(d.associations as json) ->> '$.contacts.results' as json[])) as a (link)
    union all
    -- pages of the associations API: v4 gives the kind of link as a number, a portal's own by its label, v3 as a word
    select
        a.id, coalesce(l.link ->> '$.toObjectId', l.link ->> '$.id'),
        coalesce(
            l.link ->> '$.type', l.link ->> '$.associationTypes[0].label', l.link ->> '$.associationTypes[1].label'
        )
    from raw_hubspot.associations__latest as a, unnest(try_cast(a.links as json[])) as l (link)
    where regexp_matches(cast(l.link as varchar), '"typeId": ?3\D|"deal_to_contact')
)
select
    d._row_id,
    d._loaded_at,
    l.deal_id || ':' || l.contact_id as source_record_id,
    l.deal_id as opportunity_id,
    l.contact_id,
    -- HubSpot's own names say only that the two belong together; a portal's own label is a role
    coalesce(
        max(case when l.link_type not in ('deal_to_contact', 'deal_to_contact_unlabeled') then l.link_type end),
        max(c.hs_buying_role)
    ) as role,
    case when lower(d.archived) = 'true' then coalesce(d.archived_at, d.updated_at) end as source_deleted_at
from linked as l
join raw_hubspot.deals__latest as d on l.deal_id = d.id
left join raw_hubspot.contacts__latest as c on l.contact_id = c.id
where l.contact_id <> ''
group by l.deal_id, l.contact_id, d._row_id, d._loaded_at, d.archived, d.archived_at, d.updated_at

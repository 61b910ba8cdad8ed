with linked as (
    select d._row_id, d._loaded_at, d.id as deal_id, trim(a.contact_id) as contact_id, null as link_type
    from raw_hubspot.deals__latest as d, unnest(string_split(d.associated_contact_ids, ';')) as a (contact_id)
    union all
    select d._row_id, d._loaded_at, d.id, a.link ->> '$.id', a.link ->> '$.type'
    from
        raw_hubspot.deals__latest as d,
        unnest(try_cast(try_cast(d.associations as json) ->> '$.contacts.results' as json[])) as a (link)
)
select
    min(l._row_id) as _row_id,
    max(l._loaded_at) as _loaded_at,
    l.deal_id || ':' || l.contact_id as source_record_id,
    l.deal_id as opportunity_id,
    l.contact_id,
    -- HubSpot's own names say only that the two belong together; a portal's own label is a role
    coalesce(
        max(case when l.link_type not in ('deal_to_contact', 'deal_to_contact_unlabeled') then l.link_type end),
        max(c.hs_buying_role)
    ) as role
from linked as l
left join raw_hubspot.contacts__latest as c on l.contact_id = c.id
where l.contact_id <> ''
group by l.deal_id, l.contact_id

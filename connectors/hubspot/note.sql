with owner_name as (
    -- CSV exports name the owner instead of giving the id; a name that two owners share says nothing
    select lower(trim(concat_ws(' ', o.first_name, o.last_name))) as name, min(o.id) as id
    from raw_hubspot.owners__latest as o
    group by all
    having count(*) = 1
),
pinned as (
    -- what is kept on top is said by the record it is kept on top of
    select c.hs_pinned_engagement_id as id from raw_hubspot.companies__latest as c
    union
    select c.hs_pinned_engagement_id from raw_hubspot.contacts__latest as c
    union
    select d.hs_pinned_engagement_id from raw_hubspot.deals__latest as d
    union
    select t.hs_pinned_engagement_id from raw_hubspot.tickets__latest as t
),
linked as (
    -- pages of the associations API: v4 gives the kind of link as a number, v3 as a word
    select
        a.id, cast(l.link as varchar) as kind, coalesce(l.link ->> '$.toObjectId', l.link ->> '$.id') as linked_id,
        (a._loaded_at, coalesce(l.link ->> '$.toObjectId', l.link ->> '$.id')) as age
    from raw_hubspot.associations__latest as a, unnest(try_cast(a.links as json[])) as l (link)
),
paged as (
    select
        l.id,
        arg_max(l.linked_id, l.age) filter (where regexp_matches(l.kind, '"typeId": ?190\D|"note_to_company'))
            as company_id,
        arg_max(l.linked_id, l.age) filter (where regexp_matches(l.kind, '"typeId": ?202\D|"note_to_contact'))
            as contact_id,
        arg_max(l.linked_id, l.age) filter (where regexp_matches(l.kind, '"typeId": ?214\D|"note_to_deal'))
            as deal_id,
        arg_max(l.linked_id, l.age) filter (where regexp_matches(l.kind, '"typeId": ?228\D|"note_to_ticket'))
            as ticket_id
    from linked as l
    group by l.id
),
plain as (
    -- bodies are HTML: paragraphs become lines, other tags go
    select
        n.*,
        try_cast(n.associations as json) as links,
        coalesce(n.createdate, n.hs_createdate, n.created_at) as made,
        regexp_replace(regexp_replace(n.hs_note_body, '<(br|/p|/li|/div)[^>]*>', chr(10), 'g'), '<[^>]*>', '', 'g')
            as untagged
    from raw_hubspot.notes__latest as n
)
select
    n._row_id,
    n._loaded_at,
    n.custom,
    n.id as source_record_id,
    coalesce(
        split_part(n.associated_company_ids_primary, ';', 1), split_part(n.associated_company_ids, ';', 1),
        n.links ->> '$.companies.results[0].id', g.company_id
    ) as company_id,
    coalesce(
        split_part(n.associated_contact_ids, ';', 1), n.links ->> '$.contacts.results[0].id', g.contact_id
    ) as contact_id,
    coalesce(split_part(n.associated_deal_ids, ';', 1), n.links ->> '$.deals.results[0].id', g.deal_id)
        as opportunity_id,
    coalesce(split_part(n.associated_ticket_ids, ';', 1), n.links ->> '$.tickets.results[0].id', g.ticket_id)
        as ticket_id,
    coalesce(split_part(n.associated_service_ids, ';', 1), n.links ->> '$.services.results[0].id') as service_id,
    coalesce(o.id, n.hubspot_owner_id) as author_id,
    nullif(trim(
        replace(replace(replace(replace(n.untagged, '&nbsp;', ' '), '&lt;', '<'), '&gt;', '>'), '&amp;', '&'),
        chr(10) || ' '
    ), '') as body,
    case
        when regexp_matches(n.hs_timestamp, '^\d{13}$') then epoch_ms(n.hs_timestamp::bigint)::varchar
        else n.hs_timestamp
    end as noted_at,
    p.id is not null as is_pinned,
    case when regexp_matches(n.made, '^\d{13}$') then epoch_ms(n.made::bigint)::varchar else n.made end as created_at,
    n.updated_at,
    case when lower(n.archived) = 'true' then coalesce(n.archived_at, n.updated_at) end as source_deleted_at
from plain as n
left join paged as g on n.id = g.id
left join pinned as p on n.id = p.id
left join owner_name as o on lower(trim(n.hubspot_owner_id)) = o.name

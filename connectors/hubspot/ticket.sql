with owner_name as (
    select lower(trim(concat_ws(' ', o.first_name, o.last_name))) as name, min(o.id) as id
    from raw_hubspot.owners__latest as o
    group by all
    having count(*) = 1
),
told_stage as (
    select t.item ->> '$.id' as id, t.item ->> '$.label' as label, t.item ->> '$.metadata.ticketState' as state
    from raw_hubspot.ticket_pipelines__latest as p, unnest(try_cast(p.stages as json[])) as t (item)
    union all
    select s.stage_id, s.label, s.ticket_state from raw_hubspot.ticket_stages__latest as s
),
stage as (
    select t.id, max(t.label) as label, max(t.state) as state from told_stage as t group by t.id
),
merged as (
    select trim(m.gone_id) as gone_id, max(t.updated_at) as merged_at
    from raw_hubspot.tickets__latest as t, unnest(string_split(t.hs_merged_object_ids, ';')) as m (gone_id)
    group by all
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
        arg_max(l.linked_id, l.age)
            filter (where regexp_matches(l.kind, '"typeId": ?(26|339)\D|"ticket_to_company')) as company_id,
        arg_max(l.linked_id, l.age)
            filter (where regexp_matches(l.kind, '"typeId": ?16\D|"ticket_to_contact')) as contact_id
    from linked as l
    group by l.id
),
ticket as (
    select
        t.*, s.state, m.merged_at, t.closed_date as shut, coalesce(t.createdate, t.created_at) as made,
        regexp_replace(lower(coalesce(s.label, t.hs_pipeline_stage)), '[^a-z0-9]', '', 'g') as stage_word,
        lower(t.hs_ticket_priority) as priority
    from raw_hubspot.tickets__latest as t
    left join stage as s on t.hs_pipeline_stage = s.id
    left join merged as m on t.id = m.gone_id
)
select
    t._row_id,
    t._loaded_at,
    t.custom,
    t.id as source_record_id,
    coalesce(
        split_part(t.associated_company_ids_primary, ';', 1), split_part(t.associated_company_ids, ';', 1),
        try_cast(t.associations as json) ->> '$.companies.results[0].id', g.company_id
    ) as company_id,
    coalesce(
        split_part(t.associated_contact_ids, ';', 1), try_cast(t.associations as json) ->> '$.contacts.results[0].id',
        g.contact_id
    ) as requester_id,
    coalesce(o.id, t.hubspot_owner_id) as assignee_id,
    t.subject,
    t.content as description,
    -- 1 to 4 are the ids of HubSpot's own support pipeline; of a portal's own stages only open or closed is known
    case
        when t.stage_word in ('1', 'new') then 'new'
        when t.stage_word in ('2', 'waitingoncontact') then 'pending'
        when t.stage_word in ('3', 'waitingonus') then 'open'
        when t.stage_word in ('4', 'closed') or upper(t.state) = 'CLOSED' or t.shut is not null then 'closed'
        when upper(t.state) = 'OPEN' then 'open'
        else t.hs_pipeline_stage
    end as status,
    case t.priority when 'medium' then 'normal' else t.priority end as priority,
    t.hs_ticket_category as category,
    lower(t.source_type) as channel,
    case when regexp_matches(t.made, '^\d{13}$') then epoch_ms(t.made::bigint)::varchar else t.made end as opened_at,
    t.first_agent_reply_date as first_replied_at,
    case when regexp_matches(t.shut, '^\d{13}$') then epoch_ms(t.shut::bigint)::varchar else t.shut end as solved_at,
    case when regexp_matches(t.made, '^\d{13}$') then epoch_ms(t.made::bigint)::varchar else t.made end as created_at,
    t.updated_at,
    case when lower(t.archived) = 'true' then coalesce(t.archived_at, t.updated_at) else t.merged_at end
        as source_deleted_at
from ticket as t
left join paged as g on t.id = g.id
left join owner_name as o on lower(trim(t.hubspot_owner_id)) = o.name

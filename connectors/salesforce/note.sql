with linked as (
    select
        l.content_document_id, max(l._loaded_at) as _loaded_at,
        min(case when l.linked_entity_id like '001%' then l.linked_entity_id end) as company_id,
        min(case when substr(l.linked_entity_id, 1, 3) in ('003', '00Q') then l.linked_entity_id end) as contact_id,
        min(case when l.linked_entity_id like '006%' then l.linked_entity_id end) as opportunity_id,
        min(case when l.linked_entity_id like '500%' then l.linked_entity_id end) as ticket_id
    from raw_salesforce.content_document_links__latest as l
    where coalesce(lower(l.is_deleted), 'false') not in ('true', '1')
    group by l.content_document_id
),
written as (
    select
        n._row_id, n._loaded_at, n.custom, n.id, n.title, n.body, n.owner_id, n.created_date, n.system_modstamp,
        n.last_modified_date, n.is_deleted,
        case when n.parent_id like '001%' then n.parent_id end as company_id,
        case when substr(n.parent_id, 1, 3) in ('003', '00Q') then n.parent_id end as contact_id,
        case when n.parent_id like '006%' then n.parent_id end as opportunity_id,
        case when n.parent_id like '500%' then n.parent_id end as ticket_id
    from raw_salesforce.notes__latest as n
    union all
    select
        c._row_id, c._loaded_at, c.custom, c.id, c.title, c.text_preview, c.owner_id, c.created_date,
        c.system_modstamp, c.last_modified_date, c.is_deleted,
        l.company_id, l.contact_id, l.opportunity_id, l.ticket_id
    from raw_salesforce.content_notes__latest as c
    left join linked as l on c.id = l.content_document_id
)
select
    w._row_id,
    w._loaded_at,
    w.custom,
    w.id as source_record_id,
    coalesce(w.company_id, o.account_id, k.account_id) as company_id,
    w.contact_id,
    w.opportunity_id,
    w.ticket_id,
    w.owner_id as author_id,
    w.title,
    coalesce(w.body, w.title) as body,
    w.created_date as noted_at,
    w.created_date as created_at,
    coalesce(w.system_modstamp, w.last_modified_date) as updated_at,
    case
        when lower(w.is_deleted) in ('true', '1')
            then coalesce(w.system_modstamp, w.last_modified_date, cast(w._loaded_at as varchar))
    end as source_deleted_at
from written as w
left join raw_salesforce.opportunities__latest as o on w.opportunity_id = o.id
left join raw_salesforce.cases__latest as k on w.ticket_id = k.id

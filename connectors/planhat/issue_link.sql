with listed as (
    select i._row_id, i._loaded_at, i.id, l.item, 'company' as kind
    from
        raw_planhat.issues__latest as i,
        unnest(coalesce(try_cast(try_cast(i.company_ids as json) as varchar[]), string_split(i.company_ids, ','))) as l (item)
    union all
    select i._row_id, i._loaded_at, i.id, l.item, 'contact'
    from
        raw_planhat.issues__latest as i,
        unnest(coalesce(try_cast(try_cast(i.enduser_ids as json) as varchar[]), string_split(i.enduser_ids, ','))) as l (item)
    union all
    select i._row_id, i._loaded_at, i.id, l.item, 'conversation'
    from
        raw_planhat.issues__latest as i,
        unnest(coalesce(try_cast(try_cast(i.conversation_ids as json) as varchar[]), string_split(i.conversation_ids, ',')))
            as l (item)
),
ticket as (
    select t.id from raw_planhat.tickets__latest as t
    union
    select c.id from raw_planhat.conversations__latest as c where lower(trim(c.type)) = 'ticket'
)
select
    min(l._row_id) as _row_id,
    max(l._loaded_at) as _loaded_at,
    l.id || ':' || l.kind || ':' || trim(l.item) as source_record_id,
    l.id as issue_id,
    case l.kind when 'company' then trim(l.item) end as company_id,
    case l.kind when 'contact' then trim(l.item) end as contact_id,
    case l.kind when 'conversation' then trim(l.item) end as conversation_id,
    min(t.id) as ticket_id
from listed as l
left join ticket as t on l.kind = 'conversation' and trim(l.item) = t.id
where trim(l.item) <> ''
group by l.id, l.kind, trim(l.item)

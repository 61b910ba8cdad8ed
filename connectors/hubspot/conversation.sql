with paged as (
    -- pages of the associations API: v4 gives the kind of link as a number, v3 as a word; the newest counts
    select
        a.id,
        max(coalesce(l.link ->> '$.toObjectId', l.link ->> '$.id')) as company_id
    from raw_hubspot.associations__latest as a, unnest(try_cast(a.links as json[])) as l (link)
    where regexp_matches(cast(l.link as varchar), '"typeId": ?182\D|"call_to_company')
    group by a.id, a._loaded_at
    qualify row_number() over (partition by a.id order by a._loaded_at desc) = 1
),
plain as (
    -- bodies are HTML: paragraphs become lines, other tags go
    select
        c.*,
        coalesce(c.createdate, c.hs_createdate, c.created_at) as made,
        regexp_replace(regexp_replace(c.hs_call_body, '<(br|/p|/li|/div)[^>]*>', chr(10), 'g'), '<[^>]*>', '', 'g')
            as untagged
    from raw_hubspot.calls__latest as c
),
told as (
    select
        p.*,
        trim(
            replace(replace(replace(replace(p.untagged, '&nbsp;', ' '), '&lt;', '<'), '&gt;', '>'), '&amp;', '&'),
            chr(10) || ' '
        ) as text
    from plain as p
)
select
    t._row_id,
    t._loaded_at,
    t.custom,
    'call:' || t.id as source_record_id,
    coalesce(
        split_part(t.associated_company_ids_primary, ';', 1), split_part(t.associated_company_ids, ';', 1),
        try_cast(t.associations as json) ->> '$.companies.results[0].id', g.company_id
    ) as company_id,
    'call' as conversation_type,
    t.hs_call_title as subject,
    nullif(substr(t.text, 1, 200), '') as snippet,
    nullif(t.text, '') as body,
    case
        when regexp_matches(t.hs_timestamp, '^\d{13}$') then epoch_ms(t.hs_timestamp::bigint)::varchar
        else t.hs_timestamp
    end as started_at,
    case upper(t.hs_call_direction) when 'INBOUND' then 'in' when 'OUTBOUND' then 'out' end as direction,
    case when regexp_matches(t.made, '^\d{13}$') then epoch_ms(t.made::bigint)::varchar else t.made end as created_at,
    t.updated_at,
    case when lower(t.archived) = 'true' then coalesce(t.archived_at, t.updated_at) end as source_deleted_at
from told as t
left join paged as g on t.id = g.id

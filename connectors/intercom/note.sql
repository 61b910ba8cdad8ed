with written as (
    select
        n._row_id, n._loaded_at, n.custom, n.id, n.created_at,
        try_cast(n.contact as json) ->> '$.id' as contact_id,
        try_cast(n.company as json) ->> '$.id' as company_id,
        try_cast(n.author as json) ->> '$.id' as author_id,
        -- bodies are HTML: paragraphs become lines, other tags go
        regexp_replace(
            regexp_replace(n.body, '<(br|/p|/li|/div|/h\d)[^>]*>', chr(10), 'gi'), '<[^>]*>', '', 'g'
        ) as untagged
    from raw_intercom.notes__latest as n
),
told as (
    select
        w.*,
        replace(
            replace(replace(replace(replace(w.untagged, '&nbsp;', ' '), '&lt;', '<'), '&gt;', '>'), '&#39;', ''''),
            '&quot;', '"'
        ) as unescaped
    from written as w
)
select
    _row_id,
    _loaded_at,
    custom,
    id as source_record_id,
    company_id,
    contact_id,
    author_id,
    nullif(trim(replace(unescaped, '&amp;', '&'), chr(10) || chr(13) || ' '), '') as body,
    case when regexp_matches(created_at, '^\d{1,11}$')
        then epoch_ms(created_at::bigint * 1000)::varchar else created_at end as noted_at
from told

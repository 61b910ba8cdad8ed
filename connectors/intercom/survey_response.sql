with rated as (
    select
        c._row_id, c._loaded_at, c.id, try_cast(c.conversation_rating as json) as rating, t.id as ticket_id,
        try_cast(c.contacts as json) ->> '$.contacts[0].id' as first_contact_id,
        try_cast(c.company as json) ->> '$.id' as company_id,
        case when lower(c.source_author_type) in ('user', 'lead', 'contact') then c.source_author_id end as author_id,
        c.conversation_rating_value, c.conversation_rating_remark, c.conversation_rating_created_at, c.updated_at
    from raw_intercom.conversations__latest as c
    left join raw_intercom.tickets__latest as t on c.id = t.id
),
told as (
    select
        r.*,
        coalesce(r.rating ->> '$.rating', r.conversation_rating_value) as score,
        coalesce(r.rating ->> '$.remark', r.conversation_rating_remark) as remark,
        coalesce(r.rating ->> '$.created_at', r.conversation_rating_created_at) as asked,
        -- versions of the API before 2.14 do not say when the rating was given, only when it was asked for
        coalesce(
            r.rating ->> '$.updated_at', r.rating ->> '$.created_at', r.conversation_rating_created_at, r.updated_at
        ) as given
    from rated as r
)
select
    _row_id,
    _loaded_at,
    id as source_record_id,
    'csat' as survey_type,
    coalesce(rating ->> '$.contact.id', first_contact_id, author_id) as contact_id,
    company_id,
    ticket_id,
    score,
    1 as scale_min,
    5 as scale_max,
    nullif(trim(remark), '') as comment,
    case when regexp_matches(asked, '^\d{1,11}$') then epoch_ms(asked::bigint * 1000)::varchar else asked end as sent_at,
    case when regexp_matches(given, '^\d{1,11}$') then epoch_ms(given::bigint * 1000)::varchar else given end
        as answered_at
from told
-- asked for, not yet given
where score is not null

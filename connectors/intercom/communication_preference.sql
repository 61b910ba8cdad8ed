select
    c._row_id,
    c._loaded_at,
    c.id || ':email' as source_record_id,
    c.id as contact_id,
    'email' as channel,
    lower(trim(c.email)) as address,
    case
        when lower(c.has_hard_bounced) = 'true' then 'bounced'
        when lower(c.unsubscribed_from_emails) = 'true' or lower(c.marked_email_as_spam) = 'true' then 'unsubscribed'
        when lower(c.unsubscribed_from_emails) = 'false' then 'subscribed'
        else 'unknown'
    end as preference,
    case when regexp_matches(c.updated_at, '^\d{1,11}$')
        then epoch_ms(c.updated_at::bigint * 1000)::varchar else c.updated_at end as updated_at
from raw_intercom.contacts__latest as c
where trim(c.email) <> ''

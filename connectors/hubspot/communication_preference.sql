with merged as (
    select trim(m.gone_id) as gone_id
    from raw_hubspot.contacts__latest as c, unnest(string_split(c.hs_merged_object_ids, ';')) as m (gone_id)
),
stated as (
    -- a bounce comes first: whatever the person wishes, nothing arrives
    select
        c._row_id, c._loaded_at, c.id, null as kind, null as label,
        case
            when c.hs_email_hard_bounce_reason_enum <> '' or lower(c.hs_email_bad_address) = 'true' then 'bounced'
            else coalesce(lower(c.hs_email_optout), '')
        end as answer
    from raw_hubspot.contacts__latest as c
    where c.email <> ''
    union all
    -- one property per kind of e-mail, which the API calls by its number and CSV exports by its name
    select
        c._row_id, c._loaded_at, c.id,
        nullif(regexp_extract(p.property, '^(property_)?hs_email_optout_(\d+)$', 2), ''),
        nullif(regexp_extract(p.property, '^opted_out_of_email_([a-z0-9].*)$', 1), ''),
        lower(try_cast(c.custom as json) ->> ('$.' || p.property))
    from raw_hubspot.contacts__latest as c, unnest(json_keys(try_cast(c.custom as json))) as p (property)
    where regexp_matches(p.property, '^((property_)?hs_email_optout_\d+|opted_out_of_email_[a-z0-9].*)$')
)
select
    s._row_id,
    s._loaded_at,
    s.id || ':email' || coalesce(':' || s.kind, ':' || s.label, '') as source_record_id,
    s.id as contact_id,
    'email' as channel,
    lower(trim(c.email)) as address,
    coalesce(t.name, s.kind, replace(s.label, '_', ' ')) as topic,
    case s.answer
        when 'true' then 'unsubscribed'
        when 'yes' then 'unsubscribed'
        when 'false' then 'subscribed'
        when 'no' then 'subscribed'
        when '' then 'unknown'
        else s.answer
    end as preference,
    case when lower(c.archived) = 'true' then coalesce(c.archived_at, c.lastmodifieddate) end as source_deleted_at
from stated as s
join raw_hubspot.contacts__latest as c on s.id = c.id
left join raw_hubspot.subscription_types__latest as t on s.kind = t.id
left join merged as m on s.id = m.gone_id
-- of a kind of e-mail nothing is said until somebody chose; a merged contact's wishes are those of the one it went into
where m.gone_id is null and (s.answer <> '' or (s.kind is null and s.label is null))

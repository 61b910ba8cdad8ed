with portal_user as (
    select u.id, u.contact_id from raw_salesforce.users__latest as u where u.contact_id is not null
),
mail as (
    select
        e.*,
        lower(e.incoming) in ('true', '1') as is_incoming,
        -- paragraphs become lines, other tags go
        regexp_replace(regexp_replace(e.html_body, '<(br|/p|/li|/div)[^>]*>', chr(10), 'g'), '<[^>]*>', '', 'g')
            as untagged
    from raw_salesforce.email_messages__latest as e
    -- 5 is a draft
    where coalesce(lower(e.status), '') not in ('5', 'draft')
)
select
    c._row_id,
    c._loaded_at,
    c.custom,
    c.id as source_record_id,
    c.parent_id as conversation_id,
    c.created_date as sent_at,
    p.contact_id as author_contact_id,
    case when p.id is null then c.created_by_id end as author_team_member_id,
    null as subject,
    c.comment_body as body,
    lower(c.is_published) in ('true', '1') as is_public,
    null as is_bounce,
    null as in_reply_to,
    null as has_attachments,
    c.created_date as created_at,
    c.system_modstamp as updated_at,
    case
        when lower(c.is_deleted) in ('true', '1') then coalesce(c.system_modstamp, cast(c._loaded_at as varchar))
    end as source_deleted_at
from raw_salesforce.case_comments__latest as c
left join portal_user as p on c.created_by_id = p.id
union all
select
    m._row_id,
    m._loaded_at,
    m.custom,
    m.id,
    case when m.parent_id like '500%' then m.parent_id else 'email:' || coalesce(m.thread_identifier, m.id) end,
    m.message_date,
    case when m.is_incoming then lower(trim(m.from_address)) end,
    case when not m.is_incoming then lower(trim(m.from_address)) end,
    m.subject,
    coalesce(
        m.text_body,
        nullif(trim(replace(replace(m.untagged, '&nbsp;', ' '), '&amp;', '&'), chr(10) || ' '), '')
    ),
    true,
    lower(m.is_bounced) in ('true', '1'),
    m.reply_to_email_message_id,
    lower(m.has_attachment) in ('true', '1'),
    m.created_date,
    m.system_modstamp,
    case
        when lower(m.is_deleted) in ('true', '1') then coalesce(m.system_modstamp, cast(m._loaded_at as varchar))
    end
from mail as m

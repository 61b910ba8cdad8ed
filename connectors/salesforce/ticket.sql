with owner_name as (
    -- reports name the owner instead of giving the id; a name that two users share says nothing
    select lower(trim(coalesce(u.name, concat_ws(' ', u.first_name, u.last_name)))) as name, min(u.id) as id
    from raw_salesforce.users__latest as u
    group by all
    having count(*) = 1
),
worded as (
    select c.*, regexp_replace(lower(c.status), '[^a-z]', '', 'g') as status_word
    from raw_salesforce.cases__latest as c
)
select
    c._row_id,
    c._loaded_at,
    c.custom,
    c.id as source_record_id,
    c.account_id as company_id,
    coalesce(c.contact_id, lower(trim(c.supplied_email))) as requester_id,
    coalesce(o.id, case when c.owner_id not like '00G%' then c.owner_id end) as assignee_id,
    coalesce(nullif(trim(c.subject), ''), 'Case ' || c.case_number) as subject,
    c.description,
    case
        when c.status_word in ('solved', 'resolved') then 'solved'
        when lower(c.is_closed) in ('true', '1') or c.status_word like 'closed%' then 'closed'
        when c.status_word = 'new' then 'new'
        when c.status_word in ('onhold', 'hold') then 'hold'
        when c.status_word like 'waiting%' or c.status_word like 'pending%' or c.status_word like 'awaiting%'
            then 'pending'
        -- a status of the workspace's own that is not closed is open
        else 'open'
    end as status,
    case lower(c.priority) when 'medium' then 'normal' when 'critical' then 'urgent' else lower(c.priority) end
        as priority,
    coalesce(c.type, c.reason) as category,
    c.severity_c as severity,
    lower(c.origin) as channel,
    c.created_date as opened_at,
    c.closed_date as solved_at,
    lower(c.csat_c) as csat,
    c.csat_comment_c as csat_comment,
    c.created_date as created_at,
    coalesce(c.system_modstamp, c.last_modified_date) as updated_at,
    case
        when lower(c.is_deleted) in ('true', '1')
            then coalesce(c.system_modstamp, c.last_modified_date, cast(c._loaded_at as varchar))
    end as source_deleted_at
from worded as c
left join owner_name as o on lower(trim(c.owner_id)) = o.name

with account_name as (
    -- a name that two accounts share says nothing
    select lower(trim(a.name)) as name, min(a.id) as id
    from raw_salesforce.accounts__latest as a
    where coalesce(lower(a.is_deleted), 'false') not in ('true', '1')
    group by all
    having count(*) = 1
),
linked as (
    select
        c._row_id, c._loaded_at, c.id as contact_id, c.account_id as company_id, c.title as job_title, c.department,
        true as is_primary, null as started_on, null as ended_on, c.is_deleted, c.system_modstamp, 1 as place
    from raw_salesforce.contacts__latest as c
    where c.master_record_id is null
    union all
    -- further accounts of a contact; the direct relation only says what the contact says itself
    select
        r._row_id, r._loaded_at, r.contact_id, r.account_id, r.roles, null, false, r.start_date,
        coalesce(r.end_date, case when lower(r.is_active) in ('false', '0') then r.system_modstamp end),
        r.is_deleted, r.system_modstamp, 2
    from raw_salesforce.account_contact_relations__latest as r
    union all
    -- a lead has its company as a text: it is there where exactly one account has that name
    select
        l._row_id, l._loaded_at, l.id as contact_id, a.id as company_id, l.title, null, true, null, null, l.is_deleted,
        l.system_modstamp, 3
    from raw_salesforce.leads__latest as l
    join account_name as a on lower(trim(l.company)) = a.name
    where l.converted_contact_id is null and l.master_record_id is null
),
dated as (
    select
        l.*,
        max(l.started_on) over (partition by l.contact_id, l.company_id) as began_on,
        max(l.ended_on) over (partition by l.contact_id, l.company_id) as left_on
    from linked as l
    where l.company_id is not null
)
select
    d._row_id,
    d._loaded_at,
    d.contact_id || ':' || d.company_id as source_record_id,
    d.contact_id,
    d.company_id,
    d.job_title,
    d.department,
    d.is_primary,
    d.began_on as started_on,
    d.left_on as ended_on,
    d.system_modstamp as updated_at,
    case
        when lower(d.is_deleted) in ('true', '1') then coalesce(d.system_modstamp, cast(d._loaded_at as varchar))
    end as source_deleted_at
from dated as d
qualify row_number() over (partition by d.contact_id, d.company_id order by d.place, d._row_id) = 1

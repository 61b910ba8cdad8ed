with person as (
    select
        c._row_id, c._loaded_at, c.id, lower(c.has_opted_out_of_email) as has_opted_out,
        lower(c.do_not_call) as do_not_call, c.email_bounced_date, lower(c.is_email_bounced) as is_bounced,
        nullif(lower(trim(c.email)), '') as address
    from raw_salesforce.contacts__latest as c
    where c.master_record_id is null
    union all
    select
        l._row_id, l._loaded_at, l.id, lower(l.has_opted_out_of_email), lower(l.do_not_call), l.email_bounced_date, null,
        nullif(lower(trim(l.email)), '')
    from raw_salesforce.leads__latest as l
    where l.converted_contact_id is null and l.master_record_id is null
)
select
    p._row_id,
    p._loaded_at,
    p.id || ':email' as source_record_id,
    p.id as contact_id,
    'email' as channel,
    p.address,
    case
        when p.has_opted_out in ('true', '1') then 'unsubscribed'
        when p.email_bounced_date is not null or p.is_bounced in ('true', '1') then 'bounced'
        when p.has_opted_out in ('false', '0') then 'subscribed'
        else 'unknown'
    end as preference,
    case when coalesce(p.has_opted_out, '') not in ('true', '1') then p.email_bounced_date end as stated_at
from person as p
where coalesce(p.has_opted_out, p.email_bounced_date, p.is_bounced) is not null
union all
-- that nobody ticked "do not call" says nothing yet
select
    p._row_id,
    p._loaded_at,
    p.id || ':phone' as source_record_id,
    p.id as contact_id,
    'phone' as channel,
    null as address,
    case when p.do_not_call in ('true', '1') then 'unsubscribed' else 'unknown' end as preference,
    null as stated_at
from person as p
where p.do_not_call is not null

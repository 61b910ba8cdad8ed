-- One contact per address seen in a mail, except senders nobody reads and what only bounces name.
with seen as (
    select a.address, a.role, a.name, m.sent_at, a._row_id, a._loaded_at
    from raw_mail.message_addresses__latest as a
    inner join raw_mail.messages__latest as m on a.message_key = m.message_key
    where
        a.role <> 'failed' and a.is_robot = 'false'
        and m.is_bounce = 'false' and m.set_aside is null
),

named as (
    select address, name, count(*) as times, max(sent_at) as last_at
    from seen
    -- an address as a name, or a group's "Anna via Sales", names nobody
    where name is not null and name not like '%@%' and name not like '% via %'
    group by address, name
),

best as (
    select address, name
    from named
    qualify row_number() over (partition by address order by times desc, last_at desc, name asc) = 1
),

one as (
    select
        address,
        arg_min(_row_id, sent_at || _row_id) as _row_id,
        max(_loaded_at) as _loaded_at,
        min(sent_at) as created_at,
        max(sent_at) as updated_at
    from seen
    group by address
)

select
    o._row_id,
    o._loaded_at,
    o.address as source_record_id,
    coalesce(b.name, o.address) as name,
    o.created_at,
    o.updated_at
from one as o
left join best as b on o.address = b.address

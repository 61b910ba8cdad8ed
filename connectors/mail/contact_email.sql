-- The one address of each contact.
with seen as (
    select a.address, m.sent_at, a._row_id, a._loaded_at
    from raw_mail.message_addresses__latest as a
    inner join raw_mail.messages__latest as m on a.message_key = m.message_key
    where
        a.role <> 'failed' and a.is_robot = 'false'
        and m.is_bounce = 'false' and m.set_aside is null
)

select
    arg_min(_row_id, sent_at || _row_id) as _row_id,
    max(_loaded_at) as _loaded_at,
    address || ':' || address as source_record_id,
    address as contact_id,
    address,
    'true' as is_primary
from seen
group by address

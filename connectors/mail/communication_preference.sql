-- One row per address that mail came back from after its owner last wrote, as of the first time it did.
with address as (
    select a.address, a.role, m.sent_at, a._row_id, a._loaded_at, m.is_bounce, a.is_robot, m.set_aside
    from raw_mail.message_addresses__latest as a
    inner join raw_mail.messages__latest as m on a.message_key = m.message_key
),

seen as (
    select address, max(sent_at) filter (where role = 'from') as wrote_at
    from address
    where role <> 'failed' and is_robot = 'false' and is_bounce = 'false' and set_aside is null
    group by address
)

select
    arg_min(a._row_id, a.sent_at || a._row_id) as _row_id,
    max(a._loaded_at) as _loaded_at,
    a.address || ':email' as source_record_id,
    a.address as contact_id,
    'email' as channel,
    a.address,
    'bounced' as preference,
    min(a.sent_at) as stated_at
from address as a
inner join seen as s on a.address = s.address
where a.role = 'failed' and a.sent_at > coalesce(s.wrote_at, '')
group by a.address

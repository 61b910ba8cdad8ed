-- One row per address that mail came back from after its owner last wrote.
with address as (
    select a.address, a.role, m.sent_at, a._row_id, a._loaded_at, m.is_bounce, a.is_robot, m.set_aside
    from raw_mail.message_addresses__latest as a
    inner join raw_mail.messages__latest as m on a.message_key = m.message_key
),

unreached as (
    select address, max(sent_at) as stated_at, arg_max(_row_id, sent_at || _row_id) as _row_id,
        max(_loaded_at) as _loaded_at
    from address
    where role = 'failed'
    group by address
),

seen as (
    select address, max(sent_at) filter (where role = 'from') as wrote_at
    from address
    where role <> 'failed' and is_robot = 'false' and is_bounce = 'false' and set_aside is null
    group by address
)

select
    u._row_id,
    u._loaded_at,
    u.address || ':email' as source_record_id,
    u.address as contact_id,
    'email' as channel,
    'bounced' as preference,
    u.stated_at
from unreached as u
inner join seen as s on u.address = s.address
where u.stated_at > coalesce(s.wrote_at, '')

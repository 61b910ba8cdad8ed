with met as (
    select t._row_id, t._loaded_at, t.id, t.owner_id, t.endusers, t.users
    from raw_planhat.tasks__latest as t
    where lower(t.main_type) = 'event'
),
listed as (
    select m._row_id, m._loaded_at, m.id, e.item, 'contact' as kind, false as is_organizer
    from
        met as m,
        unnest(coalesce(try_cast(try_cast(m.endusers as json) as varchar[]), string_split(m.endusers, ','))) as e (item)
    union all
    select m._row_id, m._loaded_at, m.id, u.item, 'team_member', false
    from
        met as m,
        unnest(coalesce(try_cast(try_cast(m.users as json) as varchar[]), string_split(m.users, ','))) as u (item)
    union all
    select m._row_id, m._loaded_at, m.id, m.owner_id, 'team_member', true from met as m
),
worded as (
    select
        l.*, lower(nullif(trim(try_cast(l.item as json) ->> '$.email'), '')) as address,
        coalesce(try_cast(l.item as json) ->> '$._id', try_cast(l.item as json) ->> '$.id', nullif(trim(l.item), '')) as word
    from listed as l
)
select
    min(w._row_id) as _row_id,
    max(w._loaded_at) as _loaded_at,
    w.id || ':' || w.kind || ':' || w.word as source_record_id,
    w.id as appointment_id,
    case w.kind when 'contact' then w.word end as contact_id,
    case w.kind when 'team_member' then w.word end as team_member_id,
    coalesce(min(w.address), case when w.word like '%@%' then lower(w.word) end) as address,
    bool_or(w.is_organizer) as is_organizer
from worded as w
where w.word is not null
group by w.id, w.kind, w.word

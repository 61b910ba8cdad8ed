with member as (
    select w.word, min(u.id) as id
    from
        raw_planhat.users__latest as u,
        unnest([u.id, lower(trim(u.nick_name)), lower(trim(concat_ws(' ', u.first_name, u.last_name)))]) as w (word)
    group by w.word
    having count(distinct u.id) = 1
),
logged as (
    select c._row_id, c._loaded_at, c.id, lower(trim(c.type)) as kind, c.sender, c.users, c.endusers
    from raw_planhat.conversations__latest as c
    where coalesce(lower(trim(c.type)), 'note') <> 'note'
    union all
    select t._row_id, t._loaded_at, t.id, 'ticket', coalesce(t.endusers, t.email), t.users, t.endusers
    from raw_planhat.tickets__latest as t
    left join raw_planhat.conversations__latest as c on t.id = c.id
    where c.id is null
),
-- lists are JSON, of ids or of objects, or in CSV exports text with commas
listed as (
    select l._row_id, l._loaded_at, l.id, l.kind, p.item, 1 as place, 'anyone' as side
    from
        logged as l,
        unnest(coalesce(try_cast(try_cast(l.sender as json) as varchar[]), string_split(l.sender, ','))) as p (item)
    union all
    select l._row_id, l._loaded_at, l.id, l.kind, p.item, 2, 'team'
    from
        logged as l,
        unnest(coalesce(try_cast(try_cast(l.users as json) as varchar[]), string_split(l.users, ','))) as p (item)
    union all
    select l._row_id, l._loaded_at, l.id, l.kind, p.item, 2, 'customer'
    from
        logged as l,
        unnest(coalesce(try_cast(try_cast(l.endusers as json) as varchar[]), string_split(l.endusers, ','))) as p (item)
),
worded as (
    select
        l.*, lower(nullif(trim(try_cast(l.item as json) ->> '$.email'), '')) as address,
        coalesce(
            try_cast(l.item as json) ->> '$._id', try_cast(l.item as json) ->> '$.id', try_cast(l.item as json) ->> '$.email',
            trim(l.item)
        ) as word
    from listed as l
),
known as (
    select
        w.*, coalesce(m.id, case when w.side = 'team' and w.word like '%@%' then w.word end) as team_member_id,
        case
            when m.id is not null or w.side = 'team' then null
            when e.id is not null or w.word like '%@%' then coalesce(e.id, w.word)
        end as contact_id
    from worded as w
    left join member as m on lower(w.word) = m.word and w.side <> 'customer'
    left join raw_planhat.endusers__latest as e on w.word = e.id
)
select
    min(k._row_id) as _row_id,
    max(k._loaded_at) as _loaded_at,
    k.id || ':' || coalesce(k.contact_id, k.team_member_id) as source_record_id,
    k.id as conversation_id,
    k.contact_id,
    k.team_member_id,
    min(k.address) as address,
    case
        when min(k.place) = 1 then 'from' when min(k.kind) in ('email', 'chat', 'ticket') then 'to' else 'attendee'
    end as role
from known as k
where coalesce(k.contact_id, k.team_member_id) is not null
group by k.id, k.contact_id, k.team_member_id

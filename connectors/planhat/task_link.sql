with planned as (
    select t._row_id, t._loaded_at, t.id, t.company_id, t.endusers, t.users
    from raw_planhat.tasks__latest as t
    where coalesce(lower(t.main_type), 'task') <> 'event'
),
-- lists are JSON, of ids or of objects, or in CSV exports addresses with commas
listed as (
    select p._row_id, p._loaded_at, p.id, e.item, 'contact' as kind
    from
        planned as p,
        unnest(coalesce(try_cast(try_cast(p.endusers as json) as varchar[]), string_split(p.endusers, ','))) as e (item)
    union all
    select p._row_id, p._loaded_at, p.id, u.item, 'team_member'
    from
        planned as p,
        unnest(coalesce(try_cast(try_cast(p.users as json) as varchar[]), string_split(p.users, ','))) as u (item)
    union all
    select p._row_id, p._loaded_at, p.id, p.company_id, 'company' from planned as p
),
worded as (
    select
        l.*,
        coalesce(try_cast(l.item as json) ->> '$._id', try_cast(l.item as json) ->> '$.id', nullif(trim(l.item), '')) as word
    from listed as l
)
select
    min(w._row_id) as _row_id,
    max(w._loaded_at) as _loaded_at,
    w.id || ':' || w.kind || ':' || w.word as source_record_id,
    w.id as task_id,
    case w.kind when 'company' then w.word end as company_id,
    case w.kind when 'contact' then w.word end as contact_id,
    case w.kind when 'team_member' then w.word end as team_member_id
from worded as w
where w.word is not null
group by w.id, w.kind, w.word

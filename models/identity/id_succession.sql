-- Which golden ids go on as which: of customers that were merged, the ids that name nobody any more; of those that were
-- split, the ids under which a part of them once stood. What was merged or split and undone again is left out, but
-- an id that somebody may have seen meanwhile is kept.
with link as (
    select 'company' as object, source_key, company_id as id from identity.company_link
    union all
    select 'contact' as object, source_key, contact_id as id from identity.contact_link
    union all
    select 'team_member' as object, source_key, team_member_id as id from identity.team_member_link
),

-- The first of a record's changes that led away from the id it has now: from there to now it has only come back.
came_back as (
    select c.object, c.source_key, min(c.place) as place
    from ledger.id_change as c
    join link as l on c.object = l.object and c.source_key = l.source_key and c.old_id = l.id
    group by c.object, c.source_key
),

arrived as (
    select c.object, c.source_key, l.id as new_id, max(c.changed_at) as since
    from ledger.id_change as c
    join link as l on c.object = l.object and c.source_key = l.source_key and c.new_id = l.id
    group by c.object, c.source_key, l.id
),

lasting as (
    select c.object, c.source_key, c.old_id, a.new_id, a.since
    from ledger.id_change as c
    join arrived as a on c.object = a.object and c.source_key = a.source_key
    left join came_back as b on c.object = b.object and c.source_key = b.source_key
    where c.old_id <> a.new_id and (b.place is null or c.place < b.place)
),

gone as (
    select f.object, f.source_key, f.source_key as old_id, l.id as new_id, coalesce(a.since, f.founded_at) as since
    from ledger.founder as f
    join link as l on f.object = l.object and f.source_key = l.source_key
    left join arrived as a on f.object = a.object and f.source_key = a.source_key
    where l.id <> f.source_key
),

every_move as (
    select * from lasting
    union all
    select * from gone
)

select
    object, old_id, new_id,
    case when bool_or(source_key = old_id) then 'merged' else 'split' end as how,
    max(since) as since
from every_move
group by object, old_id, new_id

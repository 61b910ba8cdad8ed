with activity as (
    select
        t.*,
        lower(t.is_closed) in ('true', '1') or lower(t.status) = 'completed' as is_done,
        case
            when lower(coalesce(t.task_subtype, t.type)) in ('call', 'email', 'listemail')
                then 'talk'
            else 'task'
        end as kind
    from raw_salesforce.tasks__latest as t
),
task as (
    select a.* from activity as a where a.kind = 'task' or not a.is_done
),
linked as (
    select
        t._row_id, t._loaded_at, t.id,
        coalesce(t.account_id, case when t.what_id like '001%' then t.what_id end) as is_for
    from task as t
    union all
    select t._row_id, t._loaded_at, t.id, t.who_id from task as t
    union all
    select t._row_id, t._loaded_at, t.id, t.owner_id from task as t
    union all
    select t._row_id, t._loaded_at, t.id, r.relation_id
    from raw_salesforce.task_relations__latest as r
    join task as t on r.task_id = t.id
    where coalesce(lower(r.is_deleted), 'false') not in ('true', '1')
)
select
    min(l._row_id) as _row_id,
    max(l._loaded_at) as _loaded_at,
    l.id || ':' || l.is_for as source_record_id,
    l.id as task_id,
    case when l.is_for like '001%' then l.is_for end as company_id,
    case when l.is_for like '003%' or l.is_for like '00Q%' then l.is_for end as contact_id,
    case when l.is_for like '005%' then l.is_for end as team_member_id
from linked as l
where substr(l.is_for, 1, 3) in ('001', '003', '00Q', '005')
group by l.id, l.is_for

with change as (
    select
        h._row_id, h._loaded_at, h.id, h.case_id, h.created_date as occurred_at, h.old_value, h.new_value,
        case lower(h.field) when 'owner' then 'assignee' else lower(h.field) end as field_name,
        row_number() over (partition by h.case_id, lower(h.field) order by h.created_date, h.id) as place
    from raw_salesforce.case_histories__latest as h
    where lower(h.field) in ('status', 'priority')
        -- a change of owner is written twice, with names and with ids
        or (
            lower(h.field) = 'owner'
            and regexp_matches(coalesce(h.new_value, h.old_value), '^00[5G][0-9A-Za-z]{12,15}$')
        )
),
current as (
    select c._row_id, c._loaded_at, c.id, c.created_date, 'status' as field_name, c.status as value
    from raw_salesforce.cases__latest as c
    union all
    select c._row_id, c._loaded_at, c.id, c.created_date, 'priority', c.priority from raw_salesforce.cases__latest as c
    union all
    select c._row_id, c._loaded_at, c.id, c.created_date, 'assignee', c.owner_id from raw_salesforce.cases__latest as c
),
told as (
    select c._row_id, c._loaded_at, c.id, c.case_id, c.occurred_at, c.field_name, c.old_value, c.new_value
    from change as c
    union all
    -- what a case was made with is in no history: it is what the first change found, or what still stands
    select
        n._row_id, n._loaded_at, n.id || ':' || n.field_name, n.id, n.created_date, n.field_name, null,
        case when f.case_id is not null then f.old_value else n.value end
    from current as n
    left join change as f on n.id = f.case_id and n.field_name = f.field_name and f.place = 1
),
side as (
    select t._row_id, t._loaded_at, t.id, t.case_id, t.occurred_at, t.field_name, 'old' as which, t.old_value as value
    from told as t
    union all
    select t._row_id, t._loaded_at, t.id, t.case_id, t.occurred_at, t.field_name, 'new', t.new_value from told as t
),
worded as (
    select s.*, regexp_replace(lower(s.value), '[^a-z]', '', 'g') as word from side as s
),
translated as (
    -- the same words as a ticket's own status and priority have
    select
        w.*,
        case
            when w.field_name = 'assignee' then case when w.value like '005%' then w.value end
            when w.field_name = 'priority'
                then replace(replace(lower(w.value), 'medium', 'normal'), 'critical', 'urgent')
            when w.word in ('solved', 'resolved') then 'solved'
            when w.word like 'closed%' then 'closed'
            when w.word = 'new' then 'new'
            when w.word in ('onhold', 'hold') then 'hold'
            when w.word like 'waiting%' or w.word like 'pending%' or w.word like 'awaiting%' then 'pending'
            when w.word <> '' then 'open'
        end as said
    from worded as w
)
select
    min(t._row_id) as _row_id,
    max(t._loaded_at) as _loaded_at,
    t.id as source_record_id,
    t.case_id as ticket_id,
    t.occurred_at,
    t.field_name,
    max(case when t.which = 'old' then t.said end) as old_value,
    max(case when t.which = 'new' then t.said end) as new_value
from translated as t
group by t.id, t.case_id, t.occurred_at, t.field_name
having max(case when t.which = 'old' then t.said end) is distinct from max(case when t.which = 'new' then t.said end)

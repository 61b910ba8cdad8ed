with history as (
    -- every version of an issue: each tells its newest changes only
    select i.id as issue_id, h.item, i._row_id, i._loaded_at
    from raw_jira.issues as i,
        unnest(try_cast(try_cast(i.changelog as json) ->> '$.histories' as json[])) as h (item)
    union all
    select c.issue_id, h.item, c._row_id, c._loaded_at
    from raw_jira.changelogs__latest as c, unnest(try_cast(c.change_histories as json[])) as h (item)
),
once as (
    select *, h.item ->> '$.id' as history_id, h.item ->> '$.items' as items, h.item ->> '$.created' as created
    from history as h
    qualify row_number() over (partition by issue_id, history_id order by _loaded_at desc, _row_id asc) = 1
),
change as (
    select o.*, n.place, o.items -> ('$[' || n.place || ']') as change
    from once as o, unnest(range(json_array_length(o.items)::bigint)) as n (place)
)
select
    c._row_id,
    c._loaded_at,
    c.history_id || ':' || c.place as source_record_id,
    c.issue_id,
    -- the bulk fetch counts seconds or milliseconds, an issue's own changelog writes the time out
    case
        when regexp_matches(c.created, '^\d{13}$') then epoch_ms(c.created::bigint)::varchar
        when regexp_matches(c.created, '^\d{1,11}$') then epoch_ms(c.created::bigint * 1000)::varchar
        else c.created
    end as occurred_at,
    c.change ->> '$.field' as field_name,
    coalesce(c.change ->> '$.fromString', c.change ->> '$.from') as old_value,
    coalesce(c.change ->> '$.toString', c.change ->> '$.to') as new_value,
    coalesce(c.item ->> '$.author.accountId', c.item ->> '$.author.key') as team_member_id
from change as c

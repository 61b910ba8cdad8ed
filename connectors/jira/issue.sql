-- a CSV has its times in the form and language of who exported it: 25/Feb/26 10:17 PM, 25.02.2026 22:17, 1 août 2026 …
with cut as (
    select
        i._row_id, t.field, trim(t.text) as text,
        regexp_extract(
            translate(lower(trim(t.text)), 'äéèûç', 'aeeuc'),
            '^(\d{1,2})[/. -]+([^\d\s/.-]+|\d{1,2})\.?[/. -]+(\d{4}|\d{2})(?:,? +(\d{1,2}):(\d{2})(?::\d{2})? ?(\D*))?$',
            ['d', 'm', 'y', 'h', 'n', 'half']
        ) as p
    from raw_jira.issues__latest as i, lateral (
        values ('created', i.created), ('updated', i.updated), ('due', i.duedate), ('resolved', i.resolutiondate)
    ) as t (field, text)
),
monthly as (
    select
        c.*, case
            when regexp_matches(c.p.m, '^(jan|ene|gen)') then '01' when regexp_matches(c.p.m, '^(feb|fev)') then '02'
            when regexp_matches(c.p.m, '^(mar|mrz|maa)') then '03' when regexp_matches(c.p.m, '^(apr|avr|abr)') then '04'
            when regexp_matches(c.p.m, '^(ma[iyg]|mei)') then '05' when regexp_matches(c.p.m, '^(jun|juin|giu)') then '06'
            when regexp_matches(c.p.m, '^(jul|juil|lug)') then '07' when regexp_matches(c.p.m, '^(aug|aou|ago)') then '08'
            when regexp_matches(c.p.m, '^(sep|set)') then '09' when regexp_matches(c.p.m, '^(o[ck]t|ott|out)') then '10'
            when regexp_matches(c.p.m, '^nov') then '11' when regexp_matches(c.p.m, '^(de[cz]|dic)') then '12'
            -- with points the day comes first; with slashes it may be the month
            when contains(c.text, '.') and regexp_matches(c.p.m, '^\d+$') then lpad(c.p.m, 2, '0')
        end as month,
        case when coalesce(c.p.half, '') = '' then c.p.h
            else (try_cast(c.p.h as int) % 12 + case when left(c.p.half, 1) in ('p', 'n') then 12 else 0 end)::varchar end as hour
    from cut as c
),
moment as (
    select
        m._row_id, m.field, case when m.p.d = '' then m.text when m.month is null then m.text || ' (day or month first?)'
            else right('20' || m.p.y, 4) || '-' || m.month || '-' || lpad(m.p.d, 2, '0')
                || case when m.hour = '' then '' else ' ' || lpad(m.hour, 2, '0') || ':' || m.p.n end end as text
    from monthly as m
),
times as (
    select
        m._row_id, max(m.text) filter (where m.field = 'created') as created_at,
        max(m.text) filter (where m.field = 'updated') as updated_at,
        max(m.text) filter (where m.field = 'due') as due_on,
        max(m.text) filter (where m.field = 'resolved') as resolved_at
    from moment as m
    group by m._row_id
),
-- JSON has a list of labels; a CSV has a column for each, the first of which is declared
labels as (
    select l._row_id, string_agg(distinct trim(l.label), ';' order by trim(l.label)) as labels
    from (
        select i._row_id, j.label ->> '$' as label
        from raw_jira.issues__latest as i, unnest(try_cast(
            case when left(i.labels, 1) = '[' then i.labels else json_array(i.labels) end as json[])) as j (label)
        union all
        select i._row_id, i.custom ->> ('$.' || k.name)
        from raw_jira.issues__latest as i, unnest(json_keys(i.custom)) as k (name)
        where regexp_matches(k.name, '^labels_\d+$')
    ) as l
    where trim(l.label) <> ''
    group by l._row_id
),
issue as (
    select
        i.*, try_cast(i.status as json) as state,
        lower(coalesce(
            try_cast(i.status as json) ->> '$.statusCategory.key', try_cast(i.status_category as json) ->> '$.key',
            i.status_category
        )) as category,
        -- texts of Jira Cloud are trees of nodes: blocks become lines, words and addresses stay, all else goes
        regexp_replace(regexp_replace(
            case when try_cast(i.description as json) ->> '$.type' = 'doc' then i.description end,
            '"type"\s*:\s*"(paragraph|heading|hardBreak|codeBlock|rule|listItem|taskItem|tableCell|tableHeader)"',
            '"text":"\\n"', 'g'
        ), '"(?:text|url)"\s*:\s*"((?:[^"\\]|\\.)*)"|"(?:[^"\\]|\\.)*"|[\s\S]', '\1', 'g') as words
    from raw_jira.issues__latest as i
)
select
    i._row_id, i._loaded_at, i.custom, i.id as source_record_id, i.key as tracker_key, i.summary as title,
    case when i.self not like 'https://api.atlassian.com/%'
        then regexp_extract(i.self, '^(https?://.+)/rest/', 1) || '/browse/' || i.key end as tracker_url,
    coalesce(
        trim(regexp_replace(try_cast('"' || i.words || '"' as json) ->> '$', '\n{2,}', chr(10), 'g'), chr(10) || ' '),
        i.description
    ) as description,
    coalesce(i.state ->> '$.name', i.status) as status,
    case
        when i.category in ('new', 'to do', 'zu erledigen', 'à faire', 'por hacer', 'tareas por hacer') then 'to_do'
        when i.category in ('indeterminate', 'in progress', 'in arbeit', 'en cours', 'en curso') then 'in_progress'
        when i.category in ('done', 'complete', 'fertig', 'erledigt', 'terminé', 'listo', 'finalizada') then 'done'
        when i.category in ('undefined', 'no category') then null
        else i.category
    end as status_category,
    coalesce(try_cast(i.issuetype as json) ->> '$.name', i.issuetype) as issue_type,
    coalesce(try_cast(i.priority as json) ->> '$.name', i.priority) as priority,
    l.labels,
    coalesce(
        try_cast(i.assignee as json) ->> '$.accountId', try_cast(i.assignee as json) ->> '$.key', i.assignee_id, i.assignee
    ) as assignee_id,
    coalesce(
        try_cast(i.reporter as json) ->> '$.accountId', try_cast(i.reporter as json) ->> '$.key', i.reporter_id, i.reporter
    ) as reporter_id,
    coalesce(try_cast(i.parent as json) ->> '$.id', i.parent, e.id) as parent_issue_id,
    t.due_on, t.resolved_at, t.created_at, t.updated_at
from issue as i
join times as t on i._row_id = t._row_id
left join labels as l on i._row_id = l._row_id
left join raw_jira.issues__latest as e on coalesce(i.parent_key, i.epic_link) = e.key

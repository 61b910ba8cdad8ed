with member as (
    select w.word, min(u.id) as id
    from
        raw_planhat.users__latest as u,
        unnest([u.id, lower(trim(u.nick_name)), lower(trim(concat_ws(' ', u.first_name, u.last_name)))]) as w (word)
    group by w.word
    having count(distinct u.id) = 1
),
named as (
    select lower(trim(c.name)) as name, min(c.id) as id
    from raw_planhat.companies__latest as c
    group by all
    having count(*) = 1
),
written as (
    select
        c.*, try_cast(c.users as json) as authors, try_cast(c.endusers as json) as people,
        regexp_replace(regexp_replace(c.description, '<(br|/p|/li|/div)[^>]*>', chr(10), 'g'), '<[^>]*>', '', 'g') as bare
    from raw_planhat.conversations__latest as c
    where coalesce(lower(trim(c.type)), 'note') = 'note'
),
told as (
    select
        w.*,
        coalesce(w.authors ->> '$[0]._id', w.authors ->> '$[0].id', w.authors ->> '$[0]', trim(w.users)) as author_word,
        coalesce(w.people ->> '$[0]._id', w.people ->> '$[0].id', w.people ->> '$[0]', trim(w.endusers)) as contact_word,
        nullif(trim(replace(replace(w.bare, '&nbsp;', ' '), '&amp;', '&'), chr(10) || ' '), '') as text
    from written as w
)
select
    t._row_id,
    t._loaded_at,
    nullif(json_merge_patch(coalesce(t.custom, '{}'), coalesce(try_cast(t.custom_fields as json), '{}')), '{}') as custom,
    t.id as source_record_id,
    coalesce(t.company_id, n.id) as company_id,
    t.contact_word as contact_id,
    coalesce(m.id, t.author_word) as author_id,
    nullif(trim(t.subject), '') as title,
    coalesce(t.text, nullif(trim(t.snippet), ''), nullif(trim(t.subject), '')) as body,
    coalesce(t.date, t.out_date, t.created_at, t.create_date) as noted_at,
    t.pinned as is_pinned,
    coalesce(t.created_at, t.create_date) as created_at,
    t.updated_at
from told as t
left join member as m on lower(t.author_word) = m.word
left join named as n on lower(trim(t.company_name)) = n.name

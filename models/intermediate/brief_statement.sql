-- Every sentence of every brief with its place in its section, once per row that it rests on. Texts of sources lose
-- their line breaks; the same sentence is said once.
with said as (
    select * from intermediate.brief_who
    union all by name
    select * from intermediate.brief_first_money
    union all by name
    select * from intermediate.brief_first_people
    union all by name
    select * from intermediate.brief_first_champion
    union all by name
    select * from intermediate.brief_first_sale
    union all by name
    select * from intermediate.brief_path
    union all by name
    select * from intermediate.brief_engaged
    union all by name
    select * from intermediate.brief_interest
    union all by name
    select * from intermediate.brief_use
    union all by name
    select * from intermediate.brief_need
    union all by name
    select * from intermediate.brief_said
    union all by name
    select * from intermediate.brief_delivery
    union all by name
    select * from intermediate.brief_money
    union all by name
    select * from intermediate.brief_sale
    union all by name
    select * from intermediate.brief_health
    union all by name
    select * from intermediate.brief_people
    union all by name
    select * from intermediate.brief_touch
    union all by name
    select * from intermediate.brief_changed
    union all by name
    select * from intermediate.brief_promised
),

-- A line of its own is a sentence of its own.
flat as (
    select *, regexp_replace(regexp_replace(sentence, '([^.!?:;,\s])\s*\n\s*', '\1. ', 'g'), '\s+', ' ',
        'g') as one_line
    from said
),

clean as (
    select
        * exclude (sentence, one_line),
        regexp_replace(regexp_replace(trim(one_line), '([.!?])[.]$', '\1'), '([.!?]")[.]$', '\1') as sentence
    from flat
    where sentence is not null and object_id is not null
),

once as (
    select
        * exclude (rank, occurred_on),
        min(rank) over (partition by subject_type, subject_id, section, sentence) as rank,
        max(occurred_on) over (partition by subject_type, subject_id, section, sentence) as occurred_on
    from clean
)

select distinct
    subject_type, subject_id, section,
    dense_rank() over (
        partition by subject_type, subject_id, section order by rank asc, occurred_on desc nulls last, sentence asc
    ) as place,
    sentence, occurred_on, object, object_id
from once

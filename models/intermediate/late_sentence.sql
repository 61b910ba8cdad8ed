-- What came between two publications, told of each metric and, for MRR, of each company: how much, and the strongest of
-- it. What a metric reads directly is stronger than what it reads through other tables, the newest stronger than older;
-- whose a number is explains it least.
with touched as (
    select distinct publication, company_id
    from intermediate.restated_value
    where company_id is not null
),

revenue as (
    select distinct metric
    from intermediate.metric_input
    where name = 'marts.company_month'
),

told as (
    select
        l.publication, i.metric, l.company_id, l.changed_at,
        case when l.object = 'company' then 1000 else i.steps end as steps,
        rtrim(l.sentence, '.') || coalesce(
            ' (' || split_part(l.source_key, ':', 1) || '/' || l.file || coalesce(':' || l.line, '') || ')', ''
        ) || '.' as sentence,
        t.company_id is not null as is_touched,
        r.metric is not null as is_revenue
    from intermediate.late_row as l
    join intermediate.metric_input as i on i.name = 'objects.' || l.object
    left join touched as t on l.publication = t.publication and l.company_id = t.company_id
    left join revenue as r on i.metric = r.metric
),

any_touched as (
    select distinct publication from touched
),

scoped as (
    select publication, metric, company_id as scope, steps, changed_at, sentence
    from told
    where metric = 'mrr' and company_id is not null
    union all
    -- Where it is known whose revenue is said otherwise, the others' rows explain nothing of the sum.
    select o.publication, o.metric, '(all)' as scope, o.steps, o.changed_at, o.sentence
    from told as o
    left join any_touched as a on o.publication = a.publication
    where o.is_touched or not o.is_revenue or a.publication is null
    union all
    select publication, metric, '(nobody)' as scope, steps, changed_at, sentence
    from told
    where company_id is null
),

ranked as (
    select *, row_number() over (
        partition by publication, metric, scope order by steps asc, changed_at desc, sentence asc
    ) as place
    from scoped
)

select
    publication, metric, scope, count(*) as change_count,
    string_agg(sentence, ' ' order by place) filter (where place <= 3) as sentences
from ranked
group by publication, metric, scope

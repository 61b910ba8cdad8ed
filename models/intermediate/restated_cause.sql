-- What explains that a number of a closed month is said otherwise: all that came between the two publications and that
-- it is made from. Only where nothing of its own is found is looked further away.
with company as (
    -- A company that is part of another one by now is asked for under that one's id.
    select v.*, coalesce(l.company_id, v.company_id, '(all)') as scope
    from intermediate.restated_value as v
    left join identity.company_link as l on v.company_id = l.source_key
),

late as (
    select
        publication, metric, scope, change_count,
        case when change_count = 1 then '1 change: ' else change_count || ' changes, such as: ' end
        || sentences as because
    from intermediate.late_sentence
),

decision as (
    select v.publication, v.metric, v.scope, string_agg(distinct d.sentence, ' ' order by d.sentence) as because
    from (select distinct publication, metric, scope from company) as v
    join intermediate.changed_decision as d
        on v.publication = d.publication and (v.scope = '(all)' or v.scope = d.left_id or v.scope = d.right_id)
    group by v.publication, v.metric, v.scope
),

policy as (
    select
        c.publication, i.metric,
        'Policy changed: ' || string_agg(distinct substr(c.name, 8), ', ' order by substr(c.name, 8)) || '.' as because
    from ledger.publication_input as c
    join intermediate.metric_input as i on c.name = i.name and starts_with(i.name, 'policy.')
    where c.publication > 1
    group by c.publication, i.metric
),

written as (
    -- The code, what the workspace declares, and the declaration of the metric itself.
    select
        publication, case when starts_with(name, 'metric.') then substr(name, 8) end as told_of,
        case name
            when 'code' then 'The models or the kernel changed.'
            when 'declared' then 'The declarations of the workspace changed.'
            else 'The metric is declared otherwise.'
        end as because
    from ledger.publication_input
    where publication > 1 and (name in ('code', 'declared') or starts_with(name, 'metric.'))
),

own as (
    select v.*, 1 as place, 'late or changed source rows' as cause, f.because, f.change_count
    from company as v
    join late as f on v.publication = f.publication and v.metric = f.metric and v.scope = f.scope
    union all
    select v.*, 2 as place, 'decision of a person about identity' as cause, f.because, 0 as change_count
    from company as v
    join decision as f on v.publication = f.publication and v.metric = f.metric and v.scope = f.scope
    union all
    select v.*, 3 as place, 'policy changed' as cause, f.because, 0 as change_count
    from company as v
    join policy as f on v.publication = f.publication and v.metric = f.metric
    union all
    select v.*, 4 as place, 'new version of the software' as cause, f.because, 0 as change_count
    from company as v
    join written as f
        on v.publication = f.publication and (f.told_of is null or f.told_of = v.metric || '.' || v.dimension)
)

select metric, dimension, member, period, publication, place, cause, because, change_count from own

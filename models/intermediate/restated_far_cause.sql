-- What explains a number that is said otherwise where nothing of its own does: rows about others or about nobody,
-- decisions about others, whatever else was delivered and, if there is nothing at all, the later day it is for.
with unexplained as (
    select v.*
    from intermediate.restated_value as v
    left join intermediate.restated_cause as c
        on v.metric = c.metric and v.dimension = c.dimension and v.member = c.member
        and v.period = c.period and v.publication = c.publication
    where c.publication is null
),

decision as (
    select publication, string_agg(distinct sentence, ' ' order by sentence) as because
    from intermediate.changed_decision
    group by publication
),

delivered as (
    select
        p.publication, i.metric, sum(d.rows_stored) as change_count,
        string_agg(distinct d.source || '/' || d.file, ', ' order by d.source || '/' || d.file) as files
    from ledger.publication as p
    join ledger.publication as b on p.publication = b.publication + 1
    join meta.delivery as d on b.arrival < d.arrival and p.arrival >= d.arrival
    join intermediate.metric_input as i on i.name = 'raw_' || d.source || '.' || d.resource
    where d.rows_stored > 0
    group by p.publication, i.metric
),

later as (
    select p.publication, cast(b.last_as_of as date) as before, cast(p.as_of as date) as after
    from ledger.publication as p
    join ledger.publication as b on p.publication = b.publication + 1
    where b.last_as_of < p.as_of
),

found as (
    select v.*, case f.scope when '(nobody)' then 0 else 1 end as place, 'late or changed source rows' as cause,
        f.change_count, case f.scope when '(nobody)' then '' else 'Of others: ' end || f.sentences as because
    from unexplained as v
    join intermediate.late_sentence as f
        on v.publication = f.publication and v.metric = f.metric and f.scope in ('(all)', '(nobody)')
    union all
    select v.*, 2 as place, 'decision of a person about identity' as cause, 0 as change_count, f.because
    from unexplained as v
    join decision as f on v.publication = f.publication
    union all
    select v.*, 3 as place, 'late or changed source rows' as cause, f.change_count,
        'Rows delivered in ' || f.files || '.' as because
    from unexplained as v
    join delivered as f on v.publication = f.publication and v.metric = f.metric
    union all
    select v.*, 4 as place, 'later day' as cause, 0 as change_count,
        'Computed for the end of ' || cast(f.after - interval 1 day as date) || ' instead of '
        || cast(f.before - interval 1 day as date) || '; nothing else changed.' as because
    from unexplained as v
    join later as f on v.publication = f.publication
)

select metric, dimension, member, period, publication, place, cause, because, change_count
from found
qualify row_number() over (partition by metric, dimension, member, period, publication order by place) = 1

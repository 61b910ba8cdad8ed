-- How healthy the relationship is: score and how it moved, what weighs on it and what is good, with the signs' rows.
with scored as (
    select
        h.company_id, h.band, cast(round(h.score) as bigint) as score, cast(round(h.change_30d) as bigint) as change,
        c.words || coalesce(' (' || g.words || ')', '') as cause, t.customer_status = 'canceled' as is_leaving
    from marts.health_score as h
    join intermediate.brief_subject as s on h.company_id = s.subject_id and s.subject_type = 'company'
    join intermediate.company_status as t on h.company_id = t.company_id
    left join policy.brief_causes as c on h.main_cause = c.theme
    left join intermediate.brief_sign as g on h.company_id = g.company_id and g.named_as = 'cause' and g.place = 1
),

sign as (
    select company_id, factor, named_as = 'bad' as is_bad, words, place
    from intermediate.brief_sign
    where named_as in ('bad', 'good') and place <= 3
),

worded as (
    select
        company_id, is_bad,
        case when is_bad then 'Weak: ' else 'Good: ' end || string_agg(words, ', ' order by place) || '.' as sentence
    from sign
    group by company_id, is_bad
),

headline as (
    select
        company_id,
        coalesce(
            case
                when band = 'at_risk' then 'The relationship is at risk'
                when band <> 'thriving' then 'The relationship needs attention'
                when is_leaving then 'By all other signs they are thriving'
                else 'They are thriving'
            end || ': health ' || score || ' of 100'
            || case
                when change > 0 then ', ' || change || ' more than 30 days ago.'
                when change < 0 then ', ' || -change || ' less than 30 days ago.' else '.'
            end
            || case when band <> 'thriving' then coalesce(' What weighs most: ' || cause || '.', '') else '' end,
            'Too little is known to say how healthy the relationship is.'
        ) as sentence,
        case band when 'at_risk' then 15 else 70 end as rank,
        case when score is null then 'health' else 'first' end as section
    from scored
),

found as (
    select company_id, section, rank, sentence, 'company' as object, company_id as object_id from headline
    union all
    select h.company_id, h.section, h.rank, h.sentence, e.object, e.object_id
    from headline as h
    join marts.health_evidence as e on h.company_id = e.company_id and e.is_against
    union all
    select company_id, 'health', case when is_bad then 10 else 20 end, sentence, 'company', company_id as own_id
    from worded
    union all
    select w.company_id, 'health', case when w.is_bad then 10 else 20 end, w.sentence, e.object, e.object_id
    from worded as w
    join sign as s on w.company_id = s.company_id and w.is_bad = s.is_bad
    join marts.health_evidence as e on s.company_id = e.company_id and s.factor = e.factor
)

select 'company' as subject_type, company_id as subject_id, f.* exclude (company_id), cast(null as date) as occurred_on
from found as f

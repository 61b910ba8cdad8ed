-- How healthy the relationship is: score and how it moved, what weighs on it and what is good, with the signs' rows.
with scored as (
    select
        h.company_id, h.band, cast(round(h.score) as bigint) as score, cast(round(h.change_30d) as bigint) as change,
        c.words as cause
    from marts.health_score as h
    join intermediate.brief_subject as s on h.company_id = s.subject_id and s.subject_type = 'company'
    left join policy.brief_causes as c on h.main_cause = c.theme
),

sign as (
    select
        f.company_id, f.factor, f.points < 50 as is_bad,
        case when f.points >= 50 then w.good else f.words end as words,
        row_number() over (
            partition by f.company_id, f.points < 50
            order by case when f.points < 50 then f.points_lost else -f.contribution end desc, f.factor asc
        ) as place
    from marts.health_factor as f
    join policy.health_words as w on f.factor = w.factor
    join scored as h on f.company_id = h.company_id and h.score is not null
    -- Who owes only a little still owes.
    where f.points < 50 or (f.points >= 75 and (f.factor <> 'payments_overdue' or f.raw_value = 0))
),

told as (
    select company_id, is_bad, string_agg(words, ', ' order by place) as words
    from sign
    where place <= 3
    group by company_id, is_bad
),

worded as (
    select company_id, case when is_bad then 'It suffers from: ' else 'Good: ' end || words || '.' as sentence, is_bad
    from told
),

headline as (
    select
        company_id,
        coalesce(
            case band when 'at_risk' then 'The relationship is at risk' when 'thriving' then 'They are thriving'
                else 'The relationship needs attention'
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
    join sign as s on w.company_id = s.company_id and w.is_bad = s.is_bad and s.place <= 3
    join marts.health_evidence as e on s.company_id = e.company_id and s.factor = e.factor
)

select 'company' as subject_type, company_id as subject_id, f.* exclude (company_id), cast(null as date) as occurred_on
from found as f

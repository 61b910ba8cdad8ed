with answer as (
    select month, survey_type, segment, good_count, neutral_count, bad_count, score_share from marts.survey_answer
    union all
    select month, survey_type, '(all)' as segment, good_count, neutral_count, bad_count, score_share
    from marts.survey_answer
),

pooled as (
    select
        month,
        survey_type,
        segment,
        count(*) as response_count,
        sum(good_count) as good_count,
        sum(neutral_count) as neutral_count,
        sum(bad_count) as bad_count,
        sum(100 * score_share) as score_sum
    from answer
    group by month, survey_type, segment
)

select
    p.*,
    round(
        p.good_count
        / nullif(case p.survey_type when 'csat' then p.good_count + p.bad_count else p.response_count end, 0),
        6
    ) as score,
    round(p.score_sum / p.response_count, 4) as mean_place
from pooled as p
